"""What led to an answer: from a prediction to whoever published the model."""
