"""What the 성능 page reads: stored measurements and the single calls behind one."""

from __future__ import annotations

import streamlit as st

from core.bench import overview
from core.moments import brief
from core.search.systems import SYSTEMS
from core.store import bench_samples, measurements
from core.store.bench_samples import Sample
from core.store.measurements import Measurement
from pages.widgets import doors
from pages.widgets.address import written
from pages.widgets.text import attribute

_KEPT = 16
_OTHERS = {"hnsw": "HNSW", "bm25": "BM25", "together": "여러 모델"}


def listed() -> list[Measurement]:
    """Return the benches' measurements, the newest first; benches whose program died are concluded on the way."""
    doors.conclude_benches()
    with doors.database().connection() as conn:
        state = measurements.state(conn)
    return _listed(state)


@st.cache_data(max_entries=4, show_spinner=False)
def _listed(state: str) -> list[Measurement]:
    with doors.database().connection() as conn:
        return overview.listing(conn)


@st.cache_data(max_entries=_KEPT, show_spinner="측정을 읽는 중입니다…")
def samples(measurement_id: int) -> list[Sample]:
    """Return the calls of a measurement, which never change."""
    with doors.database().connection() as conn:
        return bench_samples.of_measurement(conn, measurement_id)


def short(system: str) -> str:
    """Return a system's name for a narrow place: ``A``, ``A@512``; of an index its method, of models side by side that.

    A system that this release does not know (its measurement came from another one) keeps the name it was stored under.
    """
    return _OTHERS.get(system) or (written(system) if system.partition("@")[0] in SYSTEMS else system)


def named(system: str) -> str:
    """Return a system's name as lists tell it; of what is no system, what it is."""
    return _OTHERS.get(system, system)


def link(measurement_id: int) -> str:
    """Return the address of one measurement."""
    return f"/performance?measurement={measurement_id}&view=one"


def badges(marks: str) -> str:
    """Return marks as markup, each in a frame of its own."""
    return "".join(f'<span class="ib-mini">{attribute(mark)}</span> ' for mark in marks.split(" · ") if mark)


def title(measurement: Measurement) -> str:
    """Return how lists and choices name a measurement."""
    return (f"{measurement.id} · {overview.kind_title(measurement.kind)} · {named(measurement.system)} · {measurement.device} · "
            f"{brief(measurement.measured_at)}")
