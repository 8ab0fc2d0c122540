"""A deterministic simulation of deployers, machines and clusters, in virtual time and one thread."""
