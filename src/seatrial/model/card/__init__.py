"""From somebody's ONNX file and label file to a sealed model directory."""
