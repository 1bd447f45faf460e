"""The last hour of the machine's memory as a small file, so that a dashboard that was started again still shows it.

Written once a minute and at the end, whole or not at all; a file that cannot be read is as good as none. Which process took how
much of a card is left out: process ids mean nothing to the next reader.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.engine.cards import Card, Ram
from core.engine.messages import Event
from core.engine.sample import Sample
from core.errors import InputError
from core.saving import save

log = logging.getLogger(__name__)
_FORM = 1


def write(path: Path, samples: Sequence[Sample], events: Sequence[Event]) -> None:
    """Keep what was seen; where that cannot be written (a full disk) it is only not kept."""
    cards: dict[str, int] = {}
    names: list[tuple[str, str]] = []
    for card in (each for sample in samples for each in sample.cards):
        if cards.setdefault(card.uuid, len(cards)) == len(names):
            names.append((card.uuid, card.name))
    told = {"form": _FORM, "cards": names, "events": [[each.at, each.kind, each.key, each.precision, each.detail] for each in events],
            "samples": [[round(each.at, 2), each.ram.used, each.ram.total, each.engine_rss, each.engine_card, each.allocated, each.home,
                         [[cards[card.uuid], card.used, card.total, card.utilisation, card.temperature, card.power]
                          for card in each.cards]] for each in samples]}
    try:
        save(path, json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
    except InputError:
        log.warning("the last hour was not kept", exc_info=True)


def read(path: Path, *, since: float, until: float) -> tuple[list[Sample], list[Event]]:
    """Return what was seen between two moments (seconds since the epoch), oldest first; nothing where there is no such file."""
    try:
        told = json.loads(path.read_bytes())
        if told["form"] != _FORM:
            return [], []
        samples = [_sample(each, told["cards"]) for each in told["samples"]]
        events = [Event(float(at), *rest) for at, *rest in told["events"]]
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        log.warning("the hour before cannot be read", exc_info=True)
        return [], []
    return ([each for each in samples if since <= each.at <= until], [each for each in events if since <= each.at <= until])


def _sample(told: Sequence[Any], names: Sequence[Sequence[str]]) -> Sample:
    at, used, total, rss, card, allocated, home, cards = told
    return Sample(float(at), Ram(int(used), int(total)), tuple(_card(each, names) for each in cards), rss, card, allocated, str(home))


def _card(told: Sequence[Any], names: Sequence[Sequence[str]]) -> Card:
    number, used, total, utilisation, temperature, power = told
    uuid, name = names[number]
    return Card(uuid, name, used, total, utilisation, temperature, power, {})
