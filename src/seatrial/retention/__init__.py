"""What `prune` removes and keeps: reports, registry images and engine images."""
