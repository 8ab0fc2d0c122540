"""Models and golden sets: publish, fetch, lock and validate them."""
