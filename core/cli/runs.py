"""``runs``."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    return 0
