"""The parts of the page that lays systems side by side."""
