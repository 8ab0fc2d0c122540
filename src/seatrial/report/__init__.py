"""One page a release, for people who were not there: what was promised, what was found, how it ended."""
