"""The links from a prediction to its pod, release, image, commit, model and publication."""
