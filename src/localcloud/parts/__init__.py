"""The parts of an instance, one module each: a container, or objects in the cluster."""
