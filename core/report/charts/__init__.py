"""Charts as SVG, for paper."""
