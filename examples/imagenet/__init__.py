"""A real ImageNet classifier and its golden set, made of what Python packages carry: no model hub."""
