"""Checks files before they are published, in a confined subprocess."""
