"""One character of a formula, with the accents that are set on it as characters of their own."""

from __future__ import annotations

from core.items.dialect.nodes import Atom, Command, Node
from core.items.dialect.tokens import Unparsed

_ACCENTS = {
    "\u0301": "acute", "\u0300": "grave", "\u0308": "ddot", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline",
    "\u0306": "breve", "\u030c": "check", "\u0302": "hat", "\u0307": "dot", "\u030a": "mathring",
}  # fmt: skip


def character(token: str) -> Node:
    """Return a character as a node, inside one command an accent.

    Raises:
        Unparsed: an accent on nothing or on a mark of the markup, or one that formulas do not have.
    """
    if len(token) > 1 and token[0] in "{}%#&$\\^_~`'":
        raise Unparsed("an accent on a mark of the markup")
    node: Node = Atom(token[0])
    for mark in token[1:]:
        if mark not in _ACCENTS:
            raise Unparsed(f"an accent formulas do not have: U+{ord(mark):04X}")
        node = Command(_ACCENTS[mark], ((node,),))
    if is_accent(token[0]):
        raise Unparsed("an accent on nothing")
    return node


def is_accent(mark: str) -> bool:
    """Whether a character is set on the one before it."""
    return "\u0300" <= mark <= "\u036f"
