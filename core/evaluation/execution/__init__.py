"""Running systems over scenarios: which lists are needed, which there are, how D is tuned."""
