"""The one thread that touches models; on a processor it hands what nobody waits for to another, and waits for it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from core.engine.isolate import DeviceLostError
from core.engine.lanes import Job, Lanes
from core.engine.shelf import Shelf
from core.engine.slots import Source
from core.errors import EngineError

log = logging.getLogger(__name__)
UNEXPECTED = "계산 엔진에서 예상하지 못한 오류가 났습니다. 다시 시도해 보고, 되풀이되면 엔진 로그를 확인해 주세요."
DEVICE_LOST = "GPU 오류로 계산 엔진을 다시 시작합니다. 잠시 뒤에 다시 시도해 주세요."


class Compute(threading.Thread):
    """Takes calls from the lanes and works on them one small batch at a time."""

    def __init__(self, lanes: Lanes, shelf: Shelf, source: Source, *, device_lost: Callable[[], None]) -> None:
        super().__init__(name="compute", daemon=True)
        self._lanes, self._shelf, self._source, self._device_lost = lanes, shelf, source, device_lost
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="aside", initializer=_stand_aside)
        self.current: Job | None = None
        self.preparing = True

    def run(self) -> None:
        """Work until the lanes are closed."""
        try:
            self._source.prepare()
        except Exception:
            log.exception("preparing failed; loading a model will say why")
        self.preparing = False
        while not self._lanes.closed:
            job = self._lanes.take(timeout=self._shelf.retire())
            if job is not None:
                self.current = job
                self._work(job)
                self.current = None

    def _work(self, job: Job) -> None:
        try:
            finished = self._step(job)
        except DeviceLostError:
            log.exception("the GPU context is broken")
            reason = EngineError(DEVICE_LOST)
            self._lanes.close(reason)
            self._device_lost()
            job.fail(reason)
            return
        except Exception:
            log.exception("a call failed")
            job.fail(EngineError(UNEXPECTED))
            return
        if not finished:
            self._lanes.put_back(job)

    def _step(self, job: Job) -> bool:
        """Compute one batch. A processor is shared with pages and database, and what nobody waits for goes last there."""
        if job.priority == "batch" and self._source.device == "cpu":
            return self._aside.submit(job.step).result()
        return job.step()


def _stand_aside() -> None:
    """Let this thread run only while nobody else wants the processor.

    A merely nice thread keeps the rest of its time slice when another wakes; this one gives way at once. It is a thread of
    its own because without privileges there is no way back from it.
    """
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
