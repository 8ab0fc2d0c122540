"""The process that serves the app: `python3 -m classifier.server`.

One thread receives requests, whole, for two ports. A fixed number of worker threads computes them.
"""
