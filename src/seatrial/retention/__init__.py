"""What `clean` takes away, and what it never does."""
