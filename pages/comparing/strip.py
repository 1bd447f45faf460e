"""What is asked, in one strip above the columns: a stored query or an item."""

from __future__ import annotations

import html
from dataclasses import replace

from core.store.items import StoredItem
from pages.comparing.asked import Asked
from pages.widgets import cards, doors, markup
from pages.widgets.text import attribute, safe_md


def draw(found: Asked, *, truth: str = "") -> None:
    """Draw the strip where a stored query or an item is asked; ``truth`` names the ground truth that grades are of."""
    stored, address = found.stored, found.address
    item_id = address.item or (stored.source_item_id if stored and not stored.text and not stored.image_hash else "") or ""
    source = doors.items(found.collection, [item_id]).get(item_id) if item_id else None
    if stored is None and source is None:
        return
    parts = []
    if stored is not None:
        parts.append(f'<span class="ib-asked-id">쿼리 {attribute(stored.query_id)}</span>')
    if source is not None:
        parts.append(_item(source))
    elif stored is not None:
        parts.append(f'<div class="ib-asked-words">\n\n{safe_md(stored.text or "")}\n\n</div>')
        if stored.image_hash:
            parts.append(f'<div class="ib-figure"><a href="/figures/{stored.image_hash}" target="_blank" rel="noopener">'
                         f'<img src="/figures/{stored.image_hash}" alt="쿼리 그림"></a></div>')
    if stored is not None and stored.source_item_id and source is None:
        # The search page, which knows no stored query, shows this item first.
        parts.append(f'<span class="ib-asked-truth">보고 쓴 {attribute(stored.source_item_id)}은(는) 뺌</span>')
    if truth:
        parts.append(f'<span class="ib-asked-truth">정답 {attribute(truth)}</span>')
    leave = html.escape(replace(address, query="", item="", q=stored.text or "" if stored else "", list="", show="").link())
    parts.append(f'<a class="ib-leave" href="{leave}" target="_self">쿼리 풀기</a>')
    body = "\n\n".join(parts)
    large = " ib-asked-large" if address.size else ""
    markup.draw(f'<div class="ib-asked{large}">\n\n{body}\n\n</div>')


def _item(source: StoredItem) -> str:
    return (f'<span class="ib-asked-id">문항 {attribute(source.item.id)}</span>\n\n<div class="ib-asked-words">\n\n'
            f"{cards.words(source.item.text)}\n\n</div>\n\n{cards.figures(source)}")
