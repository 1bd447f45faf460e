"""Which systems a run is about: A–E as they are used here, the parts of A, and the variant the gates are bound to."""

from __future__ import annotations

from psycopg import Connection

from core.errors import NotFoundError
from core.evaluation.verdict import gates
from core.models import registry
from core.search import run_config, systems, variants
from core.search.variants import Variant
from core.store.collections import Collection

LETTERS = ("A", "B", "C", "D", "E")


def plain() -> tuple[Variant, ...]:
    """Return A–E and A's parts, as the settings run them."""
    return tuple(map(variants.find, (*LETTERS, *(f"A@{suffix}" for suffix in variants.CONTENTS))))


def registered(conn: Connection, collection: Collection) -> tuple[Variant, ...]:
    """Return the variant that the gates are bound to, and its parts, where the plain system is another one.

    Miniature models stand in for no precision: what they give never counts, so nothing is computed twice for it. Where the plain
    system has no vectors yet nobody knows what it will be, and nothing is returned.
    """
    wanted = gates.load().subject
    system = systems.find(wanted.system)
    if any(registry.resolve(channel.model).miniature for channel in system.channels):
        return ()
    try:
        (first, *_) = run_config.sets_of(conn, collection, variants.find(system.name))
    except NotFoundError:
        return ()
    if (first.identity.precision, first.identity.max_pixels) == (wanted.precision, wanted.max_pixels):
        return ()
    name = f"{system.name}@{wanted.precision}"
    if first.identity.max_pixels != wanted.max_pixels:
        name += f"@px{round(wanted.max_pixels**0.5)}"
    return (variants.find(name), *(variants.find(f"{name}@{suffix}") for suffix in variants.CONTENTS))


def judged(conn: Connection, collection: Collection) -> Variant:
    """Return what benches of A are to measure: the registered variant."""
    return (*registered(conn, collection), variants.find("A"))[0]
