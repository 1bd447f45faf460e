"""Under whose name a command stores what it does where nobody is named."""

from __future__ import annotations

import getpass
import os


def name() -> str:
    """Return the account's name on this machine; its number where the machine knows none for it, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
