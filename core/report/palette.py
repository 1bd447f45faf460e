"""One colour per system, the same on every page, in every chart and on paper.

Found by searching OKLCH for six hues whose smallest distance (Oklab) is largest over normal sight and simulated
deuteranopia, protanopia and tritanopia (matrices of Machado, Oliveira & Fernandes 2009), each at least 4 : 1 against
white. A test holds both floors.
"""

from __future__ import annotations

SYSTEM_COLOURS: dict[str, str] = {
    "qwen3-vl": "#3b53c8",
    "kure-v1": "#943300",
    "siglip": "#128d77",
    "kure+siglip": "#5e2271",
    "qwen3-vl+rerank": "#917502",
    "bm25": "#53565c",
}
INK = "#1b2230"
MUTED = "#5d6675"
RULE = "#dfe3ea"
GOOD = "#15703f"
OPEN = "#8a6100"


def colour(system: str) -> str:
    """Return a system's colour; a variant (``qwen3-vl@nf4``) has its system's."""
    return SYSTEM_COLOURS.get(system.partition("@")[0], MUTED)
