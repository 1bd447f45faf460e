"""Passwords: argon2id hashes (RFC 9106), never the words themselves."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import InputError

SHORTEST, LONGEST = 8, 200
_hasher = PasswordHasher()
# A check takes 64 MiB and all of a core; a flood of tries waits instead of taking the machine's memory.
_turn = threading.BoundedSemaphore(2)
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$5p4ZUhRJ9bRAHqWRbXkMXWNMDpjUQ1FzVCx0bTyN3w8"
"""A hash with the same cost as a real one, which no password is meant to fit."""


def hashed(password: str) -> str:
    """Return the hash to store, its salt and cost within.

    Raises:
        InputError: shorter than 8 or longer than 200 characters.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"비밀번호는 {SHORTEST}자 이상 {LONGEST}자 이하여야 합니다.")
    with _turn:
        return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Return whether a password is the one; for None (no such account) as slow as for a wrong one, and always False."""
    if len(password) > LONGEST:
        return False
    with _turn:
        try:
            _hasher.verify(password_hash or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None
