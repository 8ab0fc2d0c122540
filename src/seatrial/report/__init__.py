"""The report of a release or of a run of the acceptance suite: HTML, JSON and Markdown."""
