r"""Read a formula of the item bank into nodes, forgiving what its converter did to it.

Forgiven: commands glued to what follows, backticks and tildes for thin spaces, braces without meaning or without a
partner, ``\left`` without ``\right``, percent and number signs, Hangul outside ``\text``, a second script on one base.
What is left raises :class:`Unparsed`.
"""

from __future__ import annotations

import re

from core.items.dialect import commands
from core.items.dialect.characters import character, is_accent
from core.items.dialect.cursor import Cursor
from core.items.dialect.grouping import checked, group_of, takes_no_script
from core.items.dialect.nodes import Atom, Command, Fenced, Group, Node, Nodes, Scripted, Space, Table, Thin, Words
from core.items.dialect.tokens import Unparsed, is_hangul, tokens

MAX_LENGTH = 8_000
MAX_DEPTH = 40

_ESCAPED = frozenset(r"\, \; \: \! \> \{ \} \% \# \_ \& \|".split())


def parse(source: str, *, repair: bool = False) -> Nodes:
    """Return the formula's nodes.

    Args:
        source: what stood between the delimiters.
        repair: drop braces without a partner, and close what is left open.

    Raises:
        Unparsed: unknown commands, unbalanced braces (without ``repair``), environments that do not close, too deep.
    """
    if len(source) > MAX_LENGTH:
        raise Unparsed("longer than any formula")
    reader = _Reader(tokens(source, repair=repair))
    nodes = reader.nodes(until=(), depth=0)
    if reader.left():
        raise Unparsed(f"{reader.peek()!r} has no partner")
    return nodes


class _Reader(Cursor):
    """A recursive descent over the tokens of one formula."""

    def nodes(self, *, until: tuple[str, ...], depth: int) -> Nodes:
        """Read up to, not including, one of the tokens in ``until`` or a closing brace."""
        if depth > MAX_DEPTH:
            raise Unparsed("nested too deeply")
        found: list[Node] = []
        while self.left() and self.peek() not in until and self.peek() != "}":
            self._step(found, depth)
        return checked(tuple(found))

    def _step(self, found: list[Node], depth: int) -> None:
        token = self.take()
        if token in "^_'’′":
            self._script(found, token, depth)
        elif token.isspace():
            found.append(Space())
        else:
            node = self._node(token, found, depth)
            if node is not None:
                found.append(node)

    def _node(self, token: str, before: list[Node], depth: int) -> Node | None:
        if token == "{":
            return self._group(depth)
        if token in ("`", "~", r"\,"):
            return Thin()
        if token in ("%", "#", "&", "\\", "$"):
            return {"\\": None, "$": Words("$")}.get(token, Atom("\\" + token))
        if token.startswith("\\"):
            return self._command(token[1:], before, depth)
        if is_hangul(token):
            return Words(token)
        return character(token)

    def _group(self, depth: int) -> Group:
        body = self.nodes(until=(), depth=depth + 1)
        if self.take() != "}":
            raise Unparsed("a brace is not closed")
        return group_of(body)

    def _script(self, found: list[Node], token: str, depth: int) -> None:
        blanks = 0
        while found and isinstance(found[-1], Space):
            found.pop()
            blanks += 1
        base = found.pop() if found else None
        if isinstance(base, Thin | Words) or (isinstance(base, Atom) and takes_no_script(base)):
            found.append(base)
            base = None
        old = base if isinstance(base, Scripted) else Scripted(base)
        if token in "'’′":
            if old.above is None:
                found.append(Scripted(old.base, None, old.below, old.primes + 1))
            else:
                found.extend((old, Scripted(None, primes=1)))
            return
        self.skip_blanks()
        if not self.left() or self.peek() in ("}", "&", r"\\", r"\right", r"\end", "^", "_", "'", "’", "′"):
            # A blank to be filled in ("x=____") or a stray mark: nothing stands above or below.
            if base is not None:
                found.append(base)
            found.extend([Space()] * blanks)
            found.append(Atom(r"\_") if token == "_" else Words("^"))
            return
        argument = self._argument(depth)
        if (old.above if token == "^" else old.below) is not None:
            found.append(old)
            old = Scripted(None)
        above, below = (argument, old.below) if token == "^" else (old.above, argument)
        found.append(Scripted(old.base, above, below, old.primes))

    def _argument(self, depth: int) -> Nodes:
        self.skip_blanks()
        if not self.left() or self.peek() in ("}", "&", r"\\", r"\right", r"\end", "^", "_"):
            raise Unparsed("an argument is missing")
        token = self.take()
        node = self._node(token, [], depth + 1)
        if depth > MAX_DEPTH:
            raise Unparsed("nested too deeply")
        while isinstance(node, Group) and len(node.body) == 1 and isinstance(node.body[0], Group):
            node = node.body[0]
        if isinstance(node, Group):
            return node.body
        if isinstance(node, Atom) and node.latex[1:] in commands.INFIX:
            raise Unparsed("an infix command where an argument belongs")
        return () if node is None else (node,)

    def _command(self, name: str, before: list[Node], depth: int) -> Node | None:
        name = {"dag": "dagger", "ddag": "ddagger"}.get(name, name)
        if name in commands.ALIASES:
            if name == "hspace":
                self._argument(depth)
            return Atom(commands.ALIASES[name])
        if name in commands.SYMBOLS or name in commands.DECLARATIONS or name in commands.INFIX:
            return Atom("\\" + name)
        if name in commands.ARGUMENTS:
            optional = self._optional(depth) if name in commands.OPTIONAL else None
            return Command(name, tuple(self._argument(depth) for _ in range(commands.ARGUMENTS[name])), optional)
        if name in commands.TEXTS:
            return self._words(depth)
        if name in commands.DROPPED:
            for _ in range(commands.DROPPED[name]):
                self._argument(depth)
            return None
        if name == "textcolor":
            self._argument(depth)
            return group_of(self._argument(depth))
        if name in commands.SIZERS:
            return Atom(rf"\{name}{self.delimiter()}")
        return self._structure(name, before, depth)

    def _structure(self, name: str, before: list[Node], depth: int) -> Node | None:
        if name == "left":
            return self._fenced(depth)
        if name in ("right", "middle"):
            delimiter = self.delimiter()
            return None if delimiter == "." else Atom(delimiter)
        if name == "begin":
            return self._table(depth)
        if name in ("limits", "nolimits"):
            operator = before[-1] if before else None
            allowed = isinstance(operator, Atom) and operator.latex[1:] in commands.LIMIT_OPERATORS
            return Atom("\\" + name) if allowed else None
        if name in ("\\", "cr"):
            self.skip_row_gap()
            return Atom(r"\\")
        if name in ("hline", "hdashline"):
            return None
        if name.isspace():
            return Atom(r"\;")
        if "\\" + name in _ESCAPED:
            return Atom("\\" + name)
        if name == "$":
            return Words("$")
        if name in "()[]" or name in "-/\"'`~":
            return None
        raise Unparsed(f"unknown command \\{name}")

    def _optional(self, depth: int) -> Nodes | None:
        if self.peek() != "[":
            return None
        self.take()
        body = self.nodes(until=("]",), depth=depth + 1)
        if self.take() != "]":
            raise Unparsed("a bracket is not closed")
        return body

    def _fenced(self, depth: int) -> Node:
        opening = self.delimiter()
        body = self.nodes(until=(r"\right", r"\end"), depth=depth + 1)
        if self.peek() != r"\right":
            return group_of((Atom(opening), *body) if opening != "." else body)
        self.take()
        return Fenced(opening, body, self.delimiter())

    def _words(self, depth: int) -> Node:
        r"""Read ``\text``'s argument: its words, with formulas and commands among them as nodes of their own."""
        self.skip_blanks()
        if self.peek() != "{":
            return group_of(self._argument(depth))
        self.take()
        found: list[Node] = []
        words = ""
        level = 1
        while level:
            if not self.left():
                raise Unparsed("words are not closed")
            token = self.take()
            level += (token == "{") - (token == "}")
            if token in ("{", "}", "$", "\\"):
                continue
            if token in (r"\_", r"\%", r"\#", r"\&", r"\$", r"\{", r"\}"):
                words += token[1]
            elif token == "~" or token == "\\\\" or (token.startswith("\\") and token[1:].isspace()):
                words += " "
            elif token.startswith("\\") and token[1:] in commands.TEXTS:
                continue
            elif is_accent(token[-1]):
                raise Unparsed("an accent among words")
            elif token.startswith("\\"):
                node = self._node(token, [], depth + 1)
                found.extend(part for part in (Words(words) if words else None, node) if part is not None)
                words = ""
            else:
                words += token
        if not found:
            return Words(words)
        return group_of(checked((*found, Words(words)) if words else tuple(found)))

    def _table(self, depth: int) -> Node:
        asked = self.name()
        environment = commands.ENVIRONMENTS.get(asked)
        if environment is None:
            raise Unparsed(f"unknown environment {asked!r}")
        columns = ""
        if environment in commands.WITH_COLUMNS:
            self._optional(depth)
            self.skip_blanks()
            columns = re.sub(r"[^lcr|]", "", self.name()) if self.peek() == "{" else ""
        elif environment == "alignedat":
            self.name()
            environment = "aligned"
        rows: list[tuple[Nodes, ...]] = []
        cells: list[Nodes] = []
        while True:
            cells.append(self.nodes(until=("&", r"\\", r"\cr", r"\end"), depth=depth + 1))
            token = self.take()
            if token == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if token == r"\end":
                break
            if token not in (r"\\", r"\cr"):
                raise Unparsed("an environment is not closed")
            self.skip_row_gap()
        if self.name() != asked:
            raise Unparsed("environments cross")
        if len(rows) > 1 and not any(rows[-1]):
            rows.pop()
        return Table(environment, columns, tuple(rows))
