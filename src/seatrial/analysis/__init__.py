"""How an endpoint is judged: load, thresholds, baseline, acceptance suite. Knows no cluster."""
