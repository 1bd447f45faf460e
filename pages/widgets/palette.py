"""The colours of the pages: the product's own, which its files on paper share."""

from __future__ import annotations

from core.report.palette import INK, MUTED, RULE, SYSTEM_COLOURS, colour

__all__ = ["INK", "MUTED", "RULE", "SYSTEM_COLOURS", "colour"]
