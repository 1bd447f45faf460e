"""A tab with hands: fields are filled in by their labels' keys as a browser's own script does it, over the raw socket."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.soak_tab import PATIENCE, Tab

_XSRF = "_streamlit_xsrf"
_VALUES = {str: "string_value", bool: "bool_value", float: "double_value"}


class Hands(Tab):
    """A tab that also knows the page's fields, and keeps what it has sent."""

    def __init__(self, address: str, cookie: str, page: str = "", query: str = "") -> None:
        super().__init__(address, cookie, page, query)
        self.fields: dict[str, tuple[str, str]] = {}
        """The widget and the fragment of each field, by the key it has in the page's source."""
        self.barred: set[str] = set()
        """Keys of buttons that cannot be pressed now."""
        self.sent: list[WidgetState] = []

    async def reconnect(self, login: str) -> None:
        """Lose the server and come back to it with the session there was, in whatever login the browser has by then."""
        await self.close()
        for kept in (self.buttons, self.fields, self.markup):
            kept.clear()
        self.cookie = login
        await self.connect()

    async def fill(self, key: str, value: str | bool | float | Sequence[str]) -> None:
        """Give a field a value; chosen options are their words as they are drawn."""
        widget, fragment = self._find(self.fields, key)
        state = WidgetState(id=widget)
        if isinstance(value, str | bool | float):
            setattr(state, _VALUES[type(value)], value)
        else:
            state.string_array_value.data.extend(value)
        await self._send(state, fragment)

    async def click(self, key: str) -> None:
        """Press a button; the first whose key begins so."""
        widget, fragment = self._find(self.buttons, key)
        await self._send(WidgetState(id=widget, trigger_value=True), fragment)

    async def upload(self, key: str, name: str, data: bytes) -> None:
        """Give a place for files a file: ask the socket where it goes, send it there, then say so."""
        widget, fragment = self._find(self.fields, key)
        asked = BackMsg()
        asked.file_urls_request.request_id, asked.file_urls_request.session_id = uuid4().hex, self.session
        asked.file_urls_request.file_names.append(name)
        self._places = asyncio.get_running_loop().create_future()
        await self._socket.send(asked.SerializeToString())
        place = await asyncio.wait_for(self._places, PATIENCE)
        headers = {"Origin": self.address, "Cookie": self.cookie}
        async with httpx2.AsyncClient(base_url=self.address, timeout=PATIENCE) as client:
            token = (await client.get("/_stcore/health", headers=headers)).cookies[_XSRF]
            headers |= {"Cookie": f"{self.cookie}; {_XSRF}={token}", "X-Xsrftoken": token}
            answer = await client.put(place.upload_url, files={"file": (name, data)}, headers=headers)
        assert answer.status_code == 204, answer.text
        state = WidgetState(id=widget)
        state.file_uploader_state_value.uploaded_file_info.add(name=name, size=len(data), file_id=place.file_id, file_urls=place)
        await self._send(state, fragment)

    def said(self) -> str:
        """Return what the page says, without what keeps its letters from meaning anything."""
        return html.unescape("\n".join(self.markup.values())).replace("\\", "")

    async def _send(self, state: WidgetState, fragment: str) -> None:
        self.sent.append(state)
        await self.rerun(fragment=fragment, widgets=[state])

    def _find(self, known: dict[str, tuple[str, str]], key: str) -> tuple[str, str]:
        found = known.get(key) or next((each for name, each in known.items() if name.startswith(key)), None)
        assert found is not None, f"/{self.page}?{self.query} has no '{key}': {sorted(known)}"
        return found

    def _take(self, message: ForwardMsg) -> None:
        super()._take(message)
        if message.WhichOneof("type") == "file_urls_response":
            self._places.set_result(message.file_urls_response.file_urls[0])

    def _element(self, message: ForwardMsg) -> None:
        super()._element(message)
        element = message.delta.new_element
        inner = getattr(element, element.WhichOneof("type") or "", None)
        if element.WhichOneof("type") == "button":
            (self.barred.add if inner.disabled else self.barred.discard)(inner.id.split("-", 2)[-1])
        if element.WhichOneof("type") != "button" and (widget := getattr(inner, "id", "")):
            self.fields[widget.split("-", 2)[-1]] = (widget, message.delta.fragment_id)


def cookie(address: str, name: str, password: str) -> str:
    """Log in as a browser's form does, and return the cookie."""
    answer = httpx2.post(f"{address}/login", data={"name": name, "password": password}, headers={"Origin": address}, timeout=60)
    assert answer.status_code == 303
    return answer.headers["set-cookie"].partition(";")[0]


@asynccontextmanager
async def opened(address: str, login: str, page: str, query: str = "") -> AsyncIterator[Hands]:
    """Open a page; the search has the bare address."""
    tab = Hands(address, login, "" if page == "search" else page, query)
    try:
        await tab.opening()
        yield tab
    finally:
        await tab.close()
