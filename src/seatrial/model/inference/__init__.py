"""Inference on a golden set in a subprocess: a model may crash, hang or exhaust the memory."""
