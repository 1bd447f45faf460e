"""What stands where on a PDF's pages, as another program reads it."""

from dataclasses import dataclass

import pypdfium2

_LETTER, _LINE = 1.0, 1.5
"""Points that two words may share sideways and upright: boxes of letters are a little larger than their ink."""


@dataclass(frozen=True)
class Piece:
    """A run of letters, in points from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    words: str


def texts(pdf: bytes) -> list[str]:
    """Return the words of every page."""
    document = pypdfium2.PdfDocument(pdf)
    return [document[place].get_textpage().get_text_range() for place in range(len(document))]


def of(pages: list[str], words: str) -> list[int]:
    """Return the pages on which words stand."""
    return [place for place, page in enumerate(pages) if words in page]


def faults(pdf: bytes, *, margin: float = 50) -> list[str]:
    """Return what lies outside of a page's margins or over something else."""
    document, found = pypdfium2.PdfDocument(pdf), []
    for place in range(len(document)):
        page = document[place]
        width, height = page.get_size()
        pieces = _pieces(page)
        found += [f"{place + 1}쪽 밖: {each.words}" for each in pieces
                  if each.left < margin or each.right > width - margin or each.bottom < margin / 2 or each.top > height - margin / 2]
        found += [f"{place + 1}쪽 겹침: {one.words} | {other.words}" for at, one in enumerate(pieces) for other in pieces[at + 1:]
                  if _overlap(one, other)]
    return found


def _pieces(page: pypdfium2.PdfPage) -> list[Piece]:
    text = page.get_textpage()
    boxes = [each.get_pos() if hasattr(each, "get_pos") else each.get_bounds()
             for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
    return [Piece(*box, text.get_text_bounded(*box).strip()) for box in boxes]


def _overlap(one: Piece, other: Piece) -> bool:
    return (min(one.right, other.right) - max(one.left, other.left) > _LETTER
            and min(one.top, other.top) - max(one.bottom, other.bottom) > _LINE)
