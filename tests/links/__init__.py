"""Checks the links of the pages to other sites (make check-links); those to files are unit tests."""
