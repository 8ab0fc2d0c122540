"""The OpenAPI document of the app, generated from its routes and their types."""
