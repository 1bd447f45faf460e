"""Ground truth versions: what is frozen, under which hash, and how two differ."""
