"""A formula as a tree that the typesetter draws node by node.

The tree comes from the MathML that pages show (``core.items.mathml``): one reading of the item bank's LaTeX for screen and
paper, and characters instead of commands. It goes to the typesetter as data, so nothing in a formula can run there.
Drawing formulas as pictures instead would lose Hangul inside them, the line's height and the text of the file.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from core.items.mathml import mathml

Tree = dict[str, Any]
_FENCES = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"}
_ROWS = ("math", "mrow", "mstyle", "mpadded", "semantics", "merror", "mtd")
_WIDE = {"¯": "overline", "‾": "overline", "―": "overline", "_": "underline", "⏞": "overbrace", "⏟": "underbrace"}


@lru_cache(maxsize=2048)
def tree(latex: str, *, display: bool = False) -> Tree | None:
    """Return a formula's tree, or None where it cannot be set and its source is shown.

    A node has ``k`` (row, char, text, number, word, frac, sqrt, root, attach, mark, wide, table, box, phantom, space) and its parts:
    ``v`` a text, ``c`` children; see ``report.typ``, which draws each.
    """
    markup = mathml(latex, display=display)
    if markup is None:
        return None
    try:
        return _node(ElementTree.fromstring(markup))  # written by core.items.mathml from a whitelist
    except (ElementTree.ParseError, ValueError, IndexError, RecursionError):
        return None


def _node(element: Element) -> Tree:
    tag, text = element.tag, (element.text or "").strip("\n")
    if tag in _ROWS:
        return _row(element)
    if tag in ("mi", "mn", "mo", "ms", "mtext"):
        return _leaf(tag, text, element)
    children = list(element)
    if tag == "mfrac":
        bare = element.get("linethickness", "").startswith("0")
        return {"k": "binom" if bare else "frac", "c": [_node(each) for each in children]}
    if tag == "msqrt":
        return {"k": "sqrt", "c": [_row(element)]}
    if tag == "mroot":
        return {"k": "root", "c": [_node(children[1]), _node(children[0])]}
    if tag in ("msub", "msup", "msubsup"):
        base, *scripts = (_node(each) for each in children)
        below, above = (scripts[0] if tag != "msup" else None, scripts[-1] if tag != "msub" else None)
        return {"k": "attach", "c": [base, below, above], "limits": False}
    if tag in ("munder", "mover", "munderover"):
        return _stacked(tag, children)
    if tag == "mtable":
        return {"k": "table", "c": [[_node(cell) for cell in row] for row in children]}
    if tag == "mspace":
        return {"k": "space"}
    if tag == "mphantom":
        return {"k": "phantom", "c": [_row(element)]}
    if tag == "menclose":
        return {"k": "box", "v": element.get("notation", "box"), "c": [_row(element)]}
    if tag == "none":
        return {"k": "row", "c": []}
    raise ValueError(tag)


def _stacked(tag: str, children: list[Element]) -> Tree:
    base, marks = _node(children[0]), children[1:]
    if len(marks) == 1 and (sign := "".join(marks[0].itertext()).strip()) and len(sign) == 1 and marks[0].tag == "mo":
        if sign in _WIDE:
            name = _WIDE[sign]
            return {"k": "wide", "v": name if tag == "mover" else name.replace("over", "under"), "c": [base]}
        if tag == "mover":
            return {"k": "mark", "v": sign, "c": [base]}
    made = [_node(each) for each in marks]
    below, above = (made[0] if tag != "mover" else None, made[-1] if tag != "munder" else None)
    return {"k": "attach", "c": [base, below, above], "limits": True}


def _row(element: Element) -> Tree:
    if "border-top" in element.get("style", ""):
        return {"k": "wide", "v": "overline", "c": [_inside(element)]}
    return _inside(element)


def _inside(element: Element) -> Tree:
    made = [_node(each) for each in element]
    if not made and element.text and element.text.strip():
        made = [_leaf("mtext", element.text.strip(), element)]
    # Brackets around a row grow with what they hold.
    if len(made) > 2 and made[0]["k"] == made[-1]["k"] == "char" and _FENCES.get(made[0]["v"]) == made[-1]["v"]:
        return {"k": "fence", "v": [made[0]["v"], made[-1]["v"]], "c": [{"k": "row", "c": made[1:-1]}]}
    # A system of equations: a brace that only opens.
    if len(made) == 2 and made[0] == {"k": "char", "v": "{"} and made[1]["k"] == "table":
        return {"k": "fence", "v": ["{", ""], "c": made[1:]}
    return made[0] if len(made) == 1 else {"k": "row", "c": made}


def _leaf(tag: str, text: str, element: Element) -> Tree:
    text = text.replace("⁡", "").replace("⁢", "")
    if not text.strip():
        return {"k": "space"} if text else {"k": "row", "c": []}
    if tag in ("mtext", "ms"):
        return {"k": "text", "v": text.replace("\N{NO-BREAK SPACE}", " ")}
    if tag == "mn":
        return {"k": "number", "v": text}
    if any("가" <= letter <= "힣" or "ㄱ" <= letter <= "ㅎ" for letter in text):
        return {"k": "text", "v": text}
    if len(text) == 1:
        upright = tag == "mi" and element.get("mathvariant") == "normal"
        return {"k": "number" if upright else "char", "v": text}
    return {"k": "word" if tag == "mi" else "number", "v": text}
