"""Which calls go to other machines. Imports nothing heavy until one does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core.errors import EngineError
from core.settings import settings

if TYPE_CHECKING:
    from core.engine.remote.model import RemoteModel

REMOTE = "remote"
NOT_SERVED = "이 임베딩은 원격 엔진({precision})으로 만들었습니다. ENGINE_URL에 {key}의 서버를 적거나 다시 임베딩해 주세요."
_models: dict[str, tuple[str, RemoteModel]] = {}
_guard = threading.Lock()


def find(key: str, precision: str = "auto") -> RemoteModel | None:
    """Return the remote model that takes a call, None where the local engine does.

    A precision asked for by name (``fp16``) is a local one's: vectors that were computed here are searched from here, also
    while ENGINE_URL names the model. ``auto`` goes to the servers, and so does a precision that says it is theirs.

    Raises:
        SettingError: ENGINE_URL is not allowed.
        EngineError: a remote precision is asked for and no server is named.
    """
    theirs = precision.startswith(REMOTE)
    setting = settings().engine_url
    if not setting and not theirs:
        return None
    from core.engine.remote import addresses

    address = addresses.parse(setting).get(key)
    if address is None:
        if theirs:
            raise EngineError(NOT_SERVED.format(precision=precision, key=key))
        return None
    if not theirs and precision != "auto":
        return None
    with _guard:
        if key not in _models or _models[key][0] != setting:
            from core.engine.remote.model import RemoteModel

            _models[key] = (setting, RemoteModel(address))
        return _models[key][1]
