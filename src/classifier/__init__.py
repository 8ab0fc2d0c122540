"""The web app inside the image."""
