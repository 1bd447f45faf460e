"""A formula as MathML, which a browser sets without any script.

latex2mathml writes what stands in ``\\text{…}`` as it is and passes addresses and styles on; its tree is therefore
written anew here, with known elements and attributes only and every text escaped.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

LONGEST = 2000
_ELEMENTS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mtd mlabeledtr mpadded mphantom menclose merror semantics".split())
_ATTRIBUTES = frozenset(
    "display mathvariant stretchy fence form separator accent accentunder linethickness width height depth lspace rspace "
    "columnalign rowalign columnspacing rowspacing columnlines rowlines displaystyle scriptlevel minsize maxsize "
    "movablelimits notation largeop symmetric".split())
_BAR = "\N{HORIZONTAL BAR}"
_UNDER_BAR = ' style="border-top:.06em solid;padding-top:.1em"'
"""A segment's bar as a border: an accent only stretches over both letters where a font for formulas is installed."""
_UNKNOWN = re.compile(r"\\[A-Za-z]+")


def mathml(latex: str, *, display: bool = False) -> str | None:
    """Return a formula as one ``<math>`` element safe to put into a page, or None where it cannot be set."""
    if len(latex) > LONGEST:
        return None
    try:
        return _written(convert_to_element(latex, display="block" if display else "inline"))
    except Exception:  # a dozen kinds, RecursionError among them; all mean that the source is shown instead
        return None


def _written(element: Element) -> str:
    if element.tag not in _ELEMENTS:
        raise ValueError(element.tag)
    text = html.unescape(element.text or "")
    if element.tag == "mi" and _UNKNOWN.match(text):
        raise ValueError(text)
    if element.tag == "mover" and len(element) == 2 and html.unescape(element[1].text or "") == _BAR:
        return f"<mrow{_UNDER_BAR}>{_written(element[0])}</mrow>"
    attributes = "".join(f' {name}="{html.escape(html.unescape(value))}"' for name, value in element.attrib.items()
                         if name in _ATTRIBUTES)
    inner = html.escape(text) + "".join(map(_written, element))
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>"
