"""The road from a commit and a model to a tested endpoint: one module a stage."""
