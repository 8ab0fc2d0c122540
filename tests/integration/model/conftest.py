"""The model and store fixtures of the pipeline."""

from model_fixtures import golden, model, published, settings, store, workspace

__all__ = ["golden", "model", "published", "settings", "store", "workspace"]
