"""The models: their registry, their loaders and the miniature pack. Nothing here imports torch until a model is loaded."""
