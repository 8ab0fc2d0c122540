"""Examples of what the pipeline carries."""
