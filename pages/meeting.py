"""TF 회의: the way from the question to the signature, for a projector."""

from __future__ import annotations


def main() -> None:
    """Draw the page."""


main()
