"""The gate file: which variant is judged, what its evidence must reach, and every threshold; data, pre-registered and hashed."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from core.errors import InputError, NotFoundError

FILE = Path(__file__).with_name("gates.toml")
FORM = 1
_DUST = 1e-9
Kind = Literal["go", "no-go"]
Source = Literal["quality", "relative", "latency", "vram", "stability", "critical"]
Direction = Literal[">=", "<="]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The one variant that every gate binds to."""

    system: str
    precision: str
    max_pixels: int
    dims: int
    target_device: str
    """What the name of a device contains, whatever the case, that speed, memory and stability count from."""

    def on_target(self, device: str) -> bool:
        """Return whether a device is the one that counts."""
        return self.target_device.casefold() in device.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the subject is to replace."""

    system: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """What the evidence must reach to prove anything; shares lie within [0, 1]."""

    queries: int
    groups: int
    judged_at_10: float
    families: int
    family_queries: float
    relevant_alone: float
    left_out: float
    latency_calls: int
    stability_calls: int
    firmness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One condition. It passes where its value is at least (``>=``) or at most (``<=``) the threshold.

    A ``no-go`` gate is written as what must hold to be clear of the condition.
    """

    name: str
    kind: Kind
    title: str
    about: str
    source: Source
    threshold: float
    """In the value's own unit; a share, not a percentage, where ``unit`` is ``%``."""
    direction: Direction
    unit: str
    measure: str = ""
    precision: str = ""
    """Asked of a measurement instead of the subject's; empty: the subject's."""

    def holds(self, value: Any) -> Any:
        """Return whether a value passes; of an array, elementwise."""
        return reaches(value, self.direction, self.threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandLimits:
    """Where 우수 and 양호 begin (plan 2.3): above ``good``, and from ``fair`` on."""

    name: str
    title: str
    about: str
    good: float
    fair: float
    unit: str
    measure: str = ""
    scenario: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFile:
    """A gate file as read. ``sha256`` is over its bytes."""

    path: Path
    sha256: str
    subject: Subject
    baseline: Baseline
    floors: Floors
    gates: tuple[Gate, ...]
    bands: tuple[BandLimits, ...]

    def gate(self, name: str) -> Gate:
        """Return a gate by name.

        Raises:
            NotFoundError: there is none; the message lists those there are.
        """
        for each in self.gates:
            if each.name == name:
                return each
        raise NotFoundError(f"'{name}'이라는 판정 기준은 없습니다. 있는 기준: {', '.join(each.name for each in self.gates)}.")

    def band(self, name: str) -> BandLimits | None:
        """Return a band's limits by name, None where the file has none."""
        return next((each for each in self.bands if each.name == name), None)

    def with_thresholds(self, thresholds: Mapping[str, float]) -> GateFile:
        """Return the file with other thresholds, to ask "what if"; the hash stays that of what was registered.

        Raises:
            NotFoundError: there is no such gate.
            InputError: a threshold is no finite number.
        """
        for name, value in thresholds.items():
            self.gate(name)
            if not math.isfinite(value):
                raise InputError(f"'{name}'의 기준값이 숫자가 아닙니다. 숫자를 넣어 주세요.")
        return replace(self, gates=tuple(replace(each, threshold=float(thresholds.get(each.name, each.threshold)))
                                         for each in self.gates))


def reaches(value: Any, direction: Direction, threshold: float) -> Any:
    """Return whether a value, or each of an array, lies on the right side; a mean that is 0.8 but for its last bit is 0.8."""
    return value >= threshold - _DUST if direction == ">=" else value <= threshold + _DUST


def load(path: Path | None = None) -> GateFile:
    """Read a gate file, the shipped one where None.

    Raises:
        InputError: the file cannot be read, or says anything this release does not know or does not find; the sentence names it.
    """
    chosen = path or FILE
    try:
        raw = chosen.read_bytes()
        told = tomllib.loads(raw.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"판정 기준 파일 '{chosen.name}'을(를) 읽을 수 없습니다. 경로와 권한을 확인해 주세요.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"판정 기준 파일 '{chosen.name}'의 문법이 맞지 않습니다({error}). 고친 뒤 다시 시도해 주세요.") from error
    unknown = told.keys() - {"form", "subject", "baseline", "floors", "gate", "band"}
    if unknown or told.get("form") != FORM:
        raise _refused(chosen, f"모르는 내용입니다: {', '.join(sorted(unknown)) or 'form'}")
    file = GateFile(
        path=chosen, sha256=hashlib.sha256(raw).hexdigest(), subject=_record(chosen, Subject, told.get("subject"), "subject"),
        baseline=_record(chosen, Baseline, told.get("baseline"), "baseline"),
        floors=_record(chosen, Floors, told.get("floors"), "floors"),
        gates=tuple(_record(chosen, Gate, each, "gate") for each in _tables(chosen, told, "gate")),
        bands=tuple(_record(chosen, BandLimits, each, "band") for each in _tables(chosen, told, "band")))
    _check(file)
    return file


def _tables(path: Path, told: Mapping[str, Any], key: str) -> list[Any]:
    if not isinstance(found := told.get(key), list) or not found:
        raise _refused(path, f"[[{key}]]가 하나도 없습니다")
    return found


def _record(path: Path, kind: type[R], told: Any, where: str) -> R:
    """Build a dataclass from a table whose keys and types must be exactly its fields'."""
    if not isinstance(told, dict):
        raise _refused(path, f"[{where}]가 없습니다")
    wanted = {field.name: field for field in fields(kind)}
    label = f"[{where}] {told.get('name', '')}".strip()
    if unknown := told.keys() - wanted.keys():
        raise _refused(path, f"{label}에 모르는 키가 있습니다: {', '.join(sorted(unknown))}")
    optional = {"measure", "precision", "scenario"}
    if lacking := wanted.keys() - told.keys() - optional:
        raise _refused(path, f"{label}에 키가 빠졌습니다: {', '.join(sorted(lacking))}")
    values = {}
    for name, value in told.items():
        asked = str(wanted[name].type)
        if asked == "float" and type(value) is int:
            value = float(value)
        right = {"int": int, "float": float}.get(asked, str)
        if type(value) is not right or (right is float and not math.isfinite(value)):
            raise _refused(path, f"{label}의 {name} 값을 쓸 수 없습니다: {value!r}")
        values[name] = value
    return kind(**values)


def _check(file: GateFile) -> None:
    for kind, records in (("gate", file.gates), ("band", file.bands)):
        names = [each.name for each in records]
        if len(set(names)) != len(names):
            raise _refused(file.path, f"같은 이름의 [[{kind}]]가 두 번 있습니다")
    for gate in file.gates:
        for name, allowed in (("kind", get_args(Kind)), ("source", get_args(Source)), ("direction", get_args(Direction))):
            if getattr(gate, name) not in allowed:
                raise _refused(file.path, f"[gate] {gate.name}의 {name}은 {', '.join(allowed)} 가운데 하나여야 합니다")
        if bool(gate.measure) != (gate.source in ("quality", "relative")):
            raise _refused(file.path, f"[gate] {gate.name}의 measure는 quality와 relative에만, 빠짐없이 적어야 합니다")
    for band in file.bands:
        if band.fair > band.good:
            raise _refused(file.path, f"[band] {band.name}의 fair가 good보다 큽니다")


def _refused(path: Path, what: str) -> InputError:
    return InputError(f"판정 기준 파일 '{path.name}': {what}. 고친 뒤 다시 시도해 주세요.")
