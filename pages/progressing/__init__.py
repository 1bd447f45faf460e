"""The sections of 진행, in the order of the work."""
