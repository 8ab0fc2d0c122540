"""The pipeline from a commit and a model to a tested endpoint on Kubernetes."""
