"""Checks of an endpoint: load, thresholds, baseline, acceptance suite. Independent of any cluster."""
