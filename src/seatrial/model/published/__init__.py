"""Artefacts on their way to a store and back, and the index of their versions."""
