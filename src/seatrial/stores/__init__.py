"""Blob stores for published models: one protocol, one class for each kind of storage."""
