"""Item text on a page: shows exactly what was written, its formulas set, nothing in it ever acted upon.

``st.markdown`` reads far more than formulas into a text: ``1~3번과 5~7번`` is struck through, ``![](http://…)`` fetches,
``:red[…]`` colours, a line that begins ``1.`` becomes a list. Everything outside formulas is therefore escaped,
everything inside held to what KaTeX can set without reaching out of its place.
"""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
"""Has no width and is no space: parts two characters a text filter of the page would read together."""

LONGEST_FORMULA = 2000
DEEPEST_FORMULA = 40
_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<display>.+?)(?<!\\)\$\$"
    r"|\\\[(?P<bracket>.+?)\\\]"
    r"|\\\((?P<paren>.+?)\\\)"
    r"|(?<!\\)\$(?P<inline>(?:\\.|[^$\\])+)\$",
    re.DOTALL,
)
# Commands that load, link, define, or take room without end. KaTeX refuses the first kind too; this does not rest on it.
_REFUSED = re.compile(
    r"\\(?:href|url|includegraphics|html[A-Za-z]*"
    r"|[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|global|long"
    r"|rule|m?kern|[hm]skip|raisebox)(?![A-Za-z])"
)
_SPACING = re.compile(r"\\[hv]space\s*\*?\s*\{[^{}]*\}")
_ROW_GAP = re.compile(r"(\\\\)\s*\[\s*-?[\d.]*\s*[a-z]{2}\s*\]")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_JOIN_AFTER = re.compile(r"[:@](?=\\?[A-Za-z0-9_+\-/])|(?<=www)(?=\\\.)", re.IGNORECASE)
_ARROWS = re.compile(r"(\\[<>~=\-])(?=\\[<>~=\-])")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"  # joiners, marks that turn the reading direction
    "\ud800-\udfff]"  # halves of characters
)
_BREAK = "\\\n"
_CODE = re.compile(r"`([^`\n]+)`")
_UNIT = re.compile(r"(?<=\d) (?=%|(?:ms|GiB|MiB|GB|MB)(?![A-Za-z]))")


def safe_md(source: str) -> str:
    """Return markdown that shows ``source`` letter for letter, its formulas set and its line breaks kept.

    Safe with and without ``unsafe_allow_html``, also within a paragraph of own markup: the answer holds no blank line.
    Formulas stand between ``$``, ``$$``, ``\\( \\)`` or ``\\[ \\]``; one that may not be set is shown as written.
    """
    source = _clean(source)
    parts: list[str] = []
    at = 0
    for found in _FORMULA.finditer(source):
        parts.append(_plain(source[at : found.start()]))
        parts.append(_formula(found))
        at = found.end()
    parts.append(_plain(source[at:]))
    # Two formulas side by side would read as one between double dollar signs.
    return _joined(parts).replace("$$", f"${WORD_JOINER}$")


def one_line(source: str) -> str:
    """Return ``safe_md`` of a text on a single line."""
    return safe_md(" ".join(source.split()))


def sentence(source: str) -> str:
    """Return one of our own sentences as markdown: safe whatever name it quotes, its `commands` set as code."""
    parts = _CODE.split(_clean(source))
    return "".join(f"`{part}`" if number % 2 else _plain(part) for number, part in enumerate(parts))


def inline(source: str) -> str:
    """Return one of our own sentences as HTML for the middle of own markup (a cell, a list), its `commands` set as code."""
    parts = _CODE.split(_clean(source))
    # A number at the end of a line would lose its unit to the next.
    return "".join(f"<code>{_referenced(part)}</code>" if number % 2 else _referenced(_UNIT.sub("\u00a0", part))
                   for number, part in enumerate(parts))


def attribute(source: str) -> str:
    """Return a text fit for a double-quoted HTML attribute within markdown.

    Every character but letters and digits is a character reference: neither HTML nor markdown finds one to act on.
    """
    return _referenced(" ".join(_clean(source).split()))


def _referenced(source: str) -> str:
    return "".join(char if char.isalnum() else f"&#{ord(char)};" for char in source)


def _clean(source: str) -> str:
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _UNSEEN.sub("", source).replace("\t", " ").strip()


def _plain(source: str) -> str:
    escaped = _PUNCTUATION.sub(r"\\\1", source)
    escaped = _JOIN_AFTER.sub(lambda found: f"{found[0]}{WORD_JOINER}", escaped)
    escaped = _ARROWS.sub(rf"\1{WORD_JOINER}", escaped)
    # A backslash before the line's end is markdown's hard break; lines left indented would turn into code.
    return re.sub(r"[ \u3000]*\n(\s*\n)?\s*", lambda found: _BREAK * 2 if found[1] else _BREAK, escaped)


def _formula(found: re.Match[str]) -> str:
    body = next(part for part in found.groups() if part is not None)
    inline = found["inline"] is not None or found["paren"] is not None
    tex = _tex(body)
    if tex is None:
        return _plain(found[0])
    return f"${tex}$" if inline else f"{_BREAK}$\\displaystyle {tex}${_BREAK}"


def _tex(body: str) -> str | None:
    """Return what KaTeX is given, or None where the formula is to be shown as it is written."""
    tex = " ".join(body.split())
    tex = _ROW_GAP.sub(r"\1", _SPACING.sub(r"\\ ", tex))
    tex = tex.replace("`", r"\,")  # a thin space in the word processor the formulas come from
    tex = re.sub(r"(?<!\\)%", r"\\%", tex)  # KaTeX takes the rest of the line for a comment
    tex = tex.replace(r"\$", r"\text{\textdollar}").replace("$", "")
    if not tex or len(tex) > LONGEST_FORMULA or _REFUSED.search(tex) or not _balanced(tex) or tex.endswith("\\"):
        return None
    return tex


def _balanced(tex: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", tex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if not 0 <= depth <= DEEPEST_FORMULA:
            return False
    return depth == 0


def _joined(parts: list[str]) -> str:
    """Join the parts; where a displayed formula meets a line break of the text, one break is enough."""
    joined = ""
    for part in parts:
        if part.startswith(_BREAK):
            joined = joined.rstrip(" ")
        if joined.endswith(_BREAK):
            part = part.removeprefix(_BREAK).lstrip(" ")
        joined += part
    return joined.removeprefix(_BREAK).removesuffix(_BREAK)
