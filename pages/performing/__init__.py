"""The parts of the 성능 page."""
