"""Creates a sealed model directory from an ONNX file and a label file."""
