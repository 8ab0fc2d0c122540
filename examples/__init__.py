"""Example models for the pipeline."""
