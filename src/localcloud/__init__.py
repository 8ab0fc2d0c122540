"""Blob, registry and cluster on one machine, as containers."""
