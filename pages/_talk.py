"""What a browser may tell Streamlit through its socket, by kind of message: what has no line here goes no further.

Streamlit asks nobody: whoever holds a socket could empty the caches of all, or have the server's Git state told.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from core.accounts import rights
from core.accounts.person import Person
from core.accounts.rights import Act

_ALL = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"})
"""What any page's own script sends; the last is how a file is fetched that is made when its button is pressed."""
_ACTS: dict[str, Act] = {"clear_cache": "work"}
"""What only those may send who may do an act. An emptied cache is filled anew at the cost of everybody who looks."""


def kind(data: bytes) -> str:
    """Return a message's kind as the protocol names it, "" for one that carries none or cannot be read."""
    try:
        return BackMsg.FromString(data).WhichOneof("type") or ""
    except DecodeError:
        return ""


def may_say(who: Person | None, said: str, *, demanded: bool) -> bool:
    """Return whether a message of this kind is passed on.

    Args:
        demanded: a login is asked for.
    """
    return said in _ALL or (said in _ACTS and rights.may(who, _ACTS[said], demanded=demanded))
