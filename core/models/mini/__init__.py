"""The miniature pack: how the small checkpoints in data/mini_models are built, trained and measured.

``python -m core.models.mini.train`` makes all four; ``python -m core.models.mini.evaluate`` measures what is there.
"""
