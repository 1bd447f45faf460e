"""``python -m core.bench.gpu_suite.worker``: measures part after part and tells of every figure the moment it is known.

It tells through a pipe of its own, because libraries print where they like. After a part that failed it ends: what a
broken GPU context or half-freed memory would do to the next part is nobody's measurement.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

from core.bench.gpu_suite.options import from_dict

log = logging.getLogger(__name__)


class Teller:
    """Writes events, one JSON object a line."""

    def __init__(self, descriptor: int) -> None:
        self._pipe = os.fdopen(descriptor, "w", encoding="utf-8")

    def tell(self, **event: Any) -> None:
        """Send one event; it has left this process when the call returns."""
        self._pipe.write(json.dumps(event) + "\n")
        self._pipe.flush()


def main(arguments: list[str]) -> int:
    """Run the parts named in the first argument; the second is the pipe's descriptor."""
    asked = json.loads(arguments[0])
    teller = Teller(int(arguments[1]))
    logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s %(message)s")

    import torch

    from core.bench.gpu_suite import machine
    from core.bench.gpu_suite.bench import Bench
    from core.bench.gpu_suite.memory import Gauge
    from core.bench.gpu_suite.parts import PARTS
    from core.bench.gpu_suite.timing import told
    from core.models.precision import threads

    torch.set_num_threads(threads())  # as the loader will
    options = from_dict(asked["options"])
    gauge = Gauge(options.device)
    budget = gauge.start(budget_gib=options.budget_gib)
    teller.tell(event="environment", value=machine.environment(options.device),
                budget=None if budget is None else budget.as_dict())
    bench = Bench(options, gauge, budget)
    for part in asked["parts"]:
        teller.tell(event="start", part=part)
        try:
            PARTS[part](bench, lambda *told, part=part: teller.tell(event="put", part=part, path=told[:-1], value=told[-1]))
        except Exception as error:
            log.exception("part %s failed", part)
            teller.tell(event="failed", part=part, error=told(error))
            return 0
        gauge.release()
        teller.tell(event="done", part=part)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
