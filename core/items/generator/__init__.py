"""Generated exam items: middle-school year-2 mathematics, by families, concepts and units; seeded, any number."""
