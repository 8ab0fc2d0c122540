"""The web app inside the image: photos in, labels out."""

from classifier.app import create_app
from classifier.config import Config, load_config

__all__ = ["Config", "create_app", "load_config"]
