"""Backups: the whole database in one checked file, back from it bit by bit, and one every night where people log in."""
