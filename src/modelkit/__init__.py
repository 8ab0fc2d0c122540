"""A model on disk: its card, its verification, what it answers."""
