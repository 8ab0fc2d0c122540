"""What a sample of labelled photos shows about a model: pure functions, without files and subprocesses."""
