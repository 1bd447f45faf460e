"""The parts of the VRAM page."""
