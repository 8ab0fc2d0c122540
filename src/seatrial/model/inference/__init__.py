"""Everything that reads an untrusted model, in a confined subprocess: it may crash, hang or run code."""
