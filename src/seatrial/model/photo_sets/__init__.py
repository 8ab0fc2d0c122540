"""Golden and evaluation sets made from a folder of photos."""
