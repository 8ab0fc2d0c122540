"""The load balancer's controller: an address and a name for each Service of type LoadBalancer."""
