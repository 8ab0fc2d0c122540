"""The life of a release: attempt, trial, undo, and its record in the cluster."""
