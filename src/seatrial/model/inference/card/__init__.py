"""The subprocess in which `seatrial card` runs a network for the first time."""
