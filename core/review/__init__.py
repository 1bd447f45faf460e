"""The review of a sample before labelling: accepting, excluding and swapping items, saying what figures show, freezing."""
