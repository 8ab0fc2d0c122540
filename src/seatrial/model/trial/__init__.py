"""A model tried on a golden set, in a process of its own: a model may crash, hang or eat all memory."""
