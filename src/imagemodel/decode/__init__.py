"""Decode the photos of clients: JPEG, PNG and WebP, within a budget of memory.

`formats.read_photo` reads a header and returns a `Photo`, which computes how much memory its decoding takes.
`budget.Budget` grants that memory, and `resizing.resize` makes an image of the network's size.
"""
