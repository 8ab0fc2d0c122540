"""Where published models live: one small protocol, and one class a target."""
