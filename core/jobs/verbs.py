"""Which verbs can be jobs. Imports nothing: the command line reads it before anything else."""

TAKES_ENGINE = {"embed": True, "evaluate": True, "runs": True, "bench": True, "import": False, "poc": True}
"""Whether a verb computes with models; those that do take turns."""
