"""The image: built from a context of our own, searched for secrets, pushed, compared, copied."""
