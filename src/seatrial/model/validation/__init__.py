"""The checks of a model, and what it is compared with."""
