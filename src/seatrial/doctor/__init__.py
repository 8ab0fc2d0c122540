"""Checks of this machine and of the services that are configured, one module a kind."""
