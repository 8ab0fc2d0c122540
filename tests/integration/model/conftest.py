"""The pipeline"s model and store fixtures."""

from model_fixtures import golden, model, published, settings, store, workspace

__all__ = ["golden", "model", "published", "settings", "store", "workspace"]
