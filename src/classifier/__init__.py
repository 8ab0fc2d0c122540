"""Flask app that serves an image classifier over HTTP."""
