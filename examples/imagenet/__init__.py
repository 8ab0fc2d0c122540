"""Build a real ImageNet classifier and its golden set from files in Python packages."""
