"""A smaller and faster version of a model: integer weights and activations."""
