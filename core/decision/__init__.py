"""The task force's decision: frozen with all it rests on, signed by name, held against today's evidence at any time."""

from core.decision.recording import record
from core.decision.signing import sign
from core.decision.verifying import verify

__all__ = ["record", "sign", "verify"]
