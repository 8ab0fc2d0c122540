"""Blob storage, a registry and a Kubernetes cluster on one machine, as containers."""
