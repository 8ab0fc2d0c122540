"""The parts of an instance: one module each, a container or an object in the cluster behind it."""
