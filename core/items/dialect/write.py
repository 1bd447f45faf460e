r"""Write a formula's nodes as LaTeX: no braces without meaning, no glued commands, no digits apart.

Two forms. For display: what KaTeX renders, thin spaces as ``\,`` and words in ``\text``. For embedding: the same with
plain blanks and bare words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from core.items.dialect.nodes import Atom, Command, Fenced, Group, Node, Nodes, Scripted, Space, Table, Thin, Words

_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
_SPACING = (r"\;", r"\:", r"\>", r"\quad", r"\qquad")
_IN_WORDS = str.maketrans(
    {
        "{": r"\{", "}": r"\}", "%": r"\%", "#": r"\#", "&": r"\&", "_": r"\_", "\\": "", "`": "'",
        "\n": " ", "\r": " ", "$": r"\textdollar{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    }
)  # fmt: skip


def latex(nodes: Nodes, *, display: bool) -> str:
    """Return the LaTeX of flat nodes (see :func:`flat`)."""
    return _joined(_one(node, display) for node in nodes).strip()


def flat(nodes: Iterable[Node]) -> Nodes:
    """Return the nodes without groups that mean nothing, blanks beside words drawn into the words."""
    found: list[Node] = []
    for node in nodes:
        for part in _unwrapped(node, found):
            _append(found, part)
    while found and isinstance(found[-1], Space):
        found.pop()
    while found and isinstance(found[0], Space):
        found.pop(0)
    return tuple(found)


def _append(found: list[Node], node: Node) -> None:
    last = found[-1] if found else None
    if isinstance(node, Space) and isinstance(last, Words):
        found[-1] = Words(last.text.rstrip() + " ")
    elif isinstance(node, Space) and isinstance(last, Space | Thin):
        return
    elif isinstance(node, Thin) and isinstance(last, Space | Thin):
        found[-1] = node
    elif isinstance(node, Words) and isinstance(last, Words):
        found[-1] = Words(last.text + node.text)
    elif isinstance(node, Words) and isinstance(last, Space):
        found[-1] = Words(" " + node.text)
    else:
        if _is_digit(node) and isinstance(last, Space) and len(found) > 1 and _is_digit(found[-2]):
            found.pop()
        found.append(node)


def _is_digit(node: Node) -> bool:
    inner = node.base if isinstance(node, Scripted) else node
    return isinstance(inner, Atom) and inner.latex in "0123456789"


def _unwrapped(node: Node, before: list[Node]) -> Nodes:
    if isinstance(node, Group):
        body = flat(node.body)
        follows_row_end = bool(before) and before[-1] == Atom(r"\\") and body[:1] == (Atom("["),)
        return (replace(node, body=body),) if node.meant or follows_row_end else body
    if isinstance(node, Scripted):
        return _scripted(node)
    if isinstance(node, Command):
        arguments = tuple(flat(argument) for argument in node.arguments)
        return (replace(node, arguments=arguments, optional=None if node.optional is None else flat(node.optional)),)
    if isinstance(node, Fenced):
        return (replace(node, body=flat(node.body)),)
    if isinstance(node, Table):
        return (replace(node, rows=tuple(tuple(flat(cell) for cell in row) for row in node.rows)),)
    return (node,)


def _scripted(node: Scripted) -> Nodes:
    above = None if node.above is None else flat(node.above)
    below = None if node.below is None else flat(node.below)
    if node.base is None:
        return (replace(node, above=above, below=below),)
    base = _unwrapped(node.base, [])
    if not base:
        return (Scripted(Group(()), above, below, node.primes),)
    if isinstance(base[-1], Scripted | Space | Thin | Words | Table):
        return (Scripted(Group(base), above, below, node.primes),)
    return (*base[:-1], Scripted(base[-1], above, below, node.primes))


def _joined(parts: Iterable[str]) -> str:
    out = ""
    for part in parts:
        apart = part[:1].isascii() and part[:1].isalpha() and _ENDS_IN_COMMAND.search(out)
        out += f" {part}" if apart else part
    return out


def _one(node: Node, display: bool) -> str:
    match node:
        case Atom(text) if not display and text in _SPACING:
            return " "
        case Atom(text):
            return rf"{text} " if text == r"\\" else text
        case Space():
            return " "
        case Thin():
            return r"\," if display else " "
        case Words(text):
            return rf"\text{{{text.translate(_IN_WORDS)}}}" if display else text
        case Group(body):
            return f"{{{latex(body, display=display)}}}"
        case Scripted(base, above, below, primes):
            written = "{}" if base is None else _one(base, display)
            return written + "'" * primes + _script("_", below, display) + _script("^", above, display)
        case Command(name, arguments, optional):
            option = "" if optional is None else f"[{_protected(latex(optional, display=display))}]"
            return rf"\{name}{option}" + "".join(f"{{{latex(argument, display=display)}}}" for argument in arguments)
        case Fenced(opening, body, closing):
            return _joined((rf"\left{opening}", latex(body, display=display), rf"\right{closing}"))
        case Table():
            return _table(node, display)


def _protected(option: str) -> str:
    return f"{{{option}}}" if "]" in option else option


def _script(mark: str, nodes: Nodes | None, display: bool) -> str:
    if nodes is None:
        return ""
    written = latex(nodes, display=display)
    single = len(written) == 1 and written.isascii() and written.isalnum()
    return f"{mark}{written}" if single else f"{mark}{{{written}}}"


def _table(table: Table, display: bool) -> str:
    width = max(len(row) for row in table.rows)
    columns = ""
    if table.environment in ("array", "darray"):
        asked = sum(table.columns.count(letter) for letter in "lcr")
        columns = f"{{{table.columns}{'l' * (width - asked)}}}"
    rows = r" \\ ".join(" & ".join(latex(cell, display=display) for cell in row) for row in table.rows)
    return rf"\begin{{{table.environment}}}{columns} {rows} \end{{{table.environment}}}"
