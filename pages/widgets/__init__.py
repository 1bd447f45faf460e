"""What pages share: safe text, cards, the look, doors into ``core``."""
