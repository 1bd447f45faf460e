"""``make audit``: are there known vulnerabilities in what is installed?

    python -m tests.audit

pip-audit asks an advisory service about every installed package. It says "no known vulnerabilities" also where the service knew
none of the packages, as behind a package mirror; so a version that is known to be vulnerable is asked about first, and what was
not looked up is counted and named. Exit code 1: a vulnerability, or nothing could be audited although ``AUDIT=required`` asks for it.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("pypi", "osv")
CANARY = {"jinja2": "2.10"}
"""CVE-2019-10906 and five others since: a service that has nothing to say about it knows nothing."""
ACCEPTED: dict[str, str] = {}
"""Advisories that do not concern us, each with the reason."""
SECONDS = 240.0

Asked = Callable[[str, Mapping[str, str]], "list[dict] | None"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a service said: packages it knew, packages it did not, and the advisories that count. No service: none answered."""

    service: str = ""
    known: int = 0
    unknown: tuple[str, ...] = ()
    vulnerable: tuple[str, ...] = ()


def installed() -> dict[str, str]:
    """Every package of this environment with its public version; a build's own suffix (``+cpu``) is in no advisory."""
    found = {each.metadata["Name"]: each.version.partition("+")[0] for each in importlib.metadata.distributions()}
    return dict(sorted(found.items()))


def ask(service: str, packages: Mapping[str, str]) -> list[dict] | None:
    """Return pip-audit's list of packages, None where it could not ask."""
    with tempfile.TemporaryDirectory() as folder:
        listed, answer = Path(folder, "installed.txt"), Path(folder, "answer.json")
        listed.write_text("".join(f"{name}=={version}\n" for name, version in packages.items()), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", listed, "--no-deps", "--disable-pip", "--timeout", "10",
                   "--vulnerability-service", service, "--format", "json", "--output", answer, "--progress-spinner", "off"]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS)
            return json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
            return None


def audit(packages: Mapping[str, str], asked: Asked = ask) -> Found:
    """Ask the first service that knows about the canary."""
    for service in SERVICES:
        if not any(each.get("vulns") for each in asked(service, CANARY) or ()):
            continue
        answers = asked(service, packages)
        if answers is None:
            continue
        known = [each for each in answers if "skip_reason" not in each]
        vulnerable = tuple(
            f"{each['name']} {each['version']}: {flaw['id']}"
            + (f", mended in {', '.join(flaw['fix_versions'])}" if flaw.get("fix_versions") else ", not mended yet")
            for each in known for flaw in each["vulns"] if not {flaw["id"], *flaw.get("aliases", ())} & ACCEPTED.keys())
        return Found(service, len(known), tuple(each["name"] for each in answers if "skip_reason" in each), vulnerable)
    return Found()


def verdict(found: Found, *, required: bool) -> tuple[int, list[str]]:
    """Return the exit code and what to print."""
    if not found.service:
        told = "audit: NOTHING WAS AUDITED, no advisory service answers from here"
        return (1, [f"{told} and AUDIT=required"]) if required else (0, [f"{told}; run `make audit` where one does"])
    said = [f"audit: {found.known} packages against {found.service}: {len(found.vulnerable)} known vulnerabilities", *found.vulnerable]
    if found.unknown:
        said.append(f"not known to the service: {', '.join(found.unknown)}")
    missing = required and found.unknown
    return (1 if found.vulnerable or missing or not found.known else 0), said


def main() -> int:
    """Audit this environment."""
    code, said = verdict(audit(installed()), required=os.environ.get("AUDIT") == "required")
    if importlib.util.find_spec("pip_audit") is None:
        said.append("pip-audit is not installed: make install-test")
    print("\n".join(said), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
