"""The Kubernetes cluster of an environment: client, Lease, slots, rollout, manifests."""
