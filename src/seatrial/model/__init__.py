"""The model and its golden set: locked, fetched, judged, published."""
