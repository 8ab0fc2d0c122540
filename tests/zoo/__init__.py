"""Generated models that `validate` must refuse, each by the check meant for it, or let pass."""
