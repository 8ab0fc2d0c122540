"""QA's kit: the acceptance suite with its golden set as one archive that needs nothing but Python."""
