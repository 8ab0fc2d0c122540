"""A model on disk: its card, its files, what to do to a photo, and the answer.

Needs numpy, onnxruntime and pillow, nothing else, because it lives in the served image too. The modules are
imported by name (``imagemodel.card``, ``imagemodel.verify``, ``imagemodel.classifier`` …):
reading a card costs no runtime.
"""
