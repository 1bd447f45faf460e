"""A part of a job's work: it tells its own progress, and the job tells the whole's."""

from __future__ import annotations

from collections.abc import Callable

from core.jobs.working import Worker

Show = Callable[[int, int, str], None]
WHOLE = 1000
"""Steps in which the whole is told."""


class Part(Worker):
    """Takes the progress of one part and tells it as a share of the whole; hears the whole's cancel.

    Args:
        whole: the job.
        begin, end: shares of the whole between which the part lies, within [0, 1].
        words: what the job says before the part's own words.
    """

    def __init__(self, whole: Worker, *, begin: float, end: float, words: str) -> None:
        super().__init__()
        self._whole, self._begin, self._end, self._title = whole, begin, end, words
        self._seen = 0.0
        self._tell("")

    def progress(self, done: int, total: int | None = None, words: str = "") -> None:
        """Say how far the part is; a count that begins again never takes the whole back."""
        super().progress(done, total, words)
        if total:
            self._seen = max(self._seen, min(1.0, done / total))
        self._tell(words)

    def cancelled(self) -> bool:
        """Return whether somebody stopped the whole."""
        return self._whole.cancelled()

    def within(self, begin: float, end: float, words: str = "") -> Part:
        """Return a part of this part."""
        width = self._end - self._begin
        return Part(self._whole, begin=self._begin + begin * width, end=self._begin + end * width,
                    words=" · ".join(filter(None, (self._title, words))))

    def _tell(self, words: str) -> None:
        share = self._begin + self._seen * (self._end - self._begin)
        self._whole.progress(round(share * WHOLE), WHOLE, " · ".join(filter(None, (self._title, words))))


class Shown(Worker):
    """Tells a job's progress to somebody else, too."""

    def __init__(self, whole: Worker, show: Show) -> None:
        super().__init__()
        self._whole, self._show = whole, show

    def progress(self, done: int, total: int | None = None, words: str = "") -> None:
        """Tell both."""
        self._whole.progress(done, total, words)
        self._show(done, total or 0, words)

    def cancelled(self) -> bool:
        """Return whether somebody stopped the whole."""
        return self._whole.cancelled()
