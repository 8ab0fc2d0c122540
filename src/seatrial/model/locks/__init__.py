"""`model.lock`: read, written, committed and proposed."""
