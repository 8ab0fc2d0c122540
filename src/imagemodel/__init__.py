"""Load, verify and run an image classifier from a model directory.

Depends on numpy, onnxruntime and pillow only, because it is part of the served image. Import the modules by
name (``imagemodel.card``, ``imagemodel.verify``, ``imagemodel.classifier`` …): reading a card does not import
onnxruntime.
"""
