"""The load balancer's controller: assigns addresses and host names to Services of type LoadBalancer."""
