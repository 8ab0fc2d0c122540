"""What `prune` takes away, and what it never does."""
