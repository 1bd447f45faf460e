"""The person at the browser, as every page and route sees one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["viewer", "rater", "senior", "developer", "tf"]
ROLES: dict[Role, str] = {
    "viewer": "열람", "rater": "라벨러", "senior": "선임 라벨러", "developer": "개발자", "tf": "TF",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A name with a role; ``picked`` where the name was chosen on this machine and no password stands behind it."""

    name: str
    role: Role
    picked: bool = False
