"""A browser tab without a browser: Streamlit's socket as its own script holds it, with the timers of fragments and the message cache."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Sequence
from contextlib import suppress

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

PATIENCE = 60.0
"""Seconds for one run of a page."""
KEPT_RUNS = 2
"""Runs for which a browser keeps a large message it was not sent again (``global.maxCachedMessageAge``)."""
_LARGEST = 64 * 2**20
_ERROR = 'class="ib-trouble"'


class PageError(Exception):
    """A page showed an error, or ended in one."""


class Tab:
    """One open page. Runs are one after the other; ``opening`` and ``rerun`` return the milliseconds until the script was done."""

    def __init__(self, address: str, cookie: str, page: str = "", query: str = "") -> None:
        self.address, self.cookie, self.page, self.query = address, cookie, page, query
        self.buttons: dict[str, tuple[str, str]] = {}
        self.markup: dict[str, str] = {}
        self.ticks: list[float] = []
        self.failed: list[Exception] = []
        self._cache: dict[str, tuple[int, ForwardMsg]] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()
        self._ended: asyncio.Future[None] | None = None
        self._script = self.session = ""
        self._runs = 0
        self._trouble = ""

    async def opening(self) -> float:
        """Connect and let the page run for the first time."""
        await self.connect()
        return await self.rerun()

    async def connect(self) -> None:
        """Open the socket; a tab that was connected before goes on with its session, as a browser does that lost the server."""
        self._socket = await connect(
            f"ws{self.address.removeprefix('http')}/_stcore/stream", origin=self.address, max_size=_LARGEST,
            subprotocols=["streamlit", *(["none", self.session] if self.session else [])],
            additional_headers={"Cookie": self.cookie}, open_timeout=PATIENCE, compression=None)
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Leave the page, as a closed or reloaded tab does."""
        self._stop_timers()
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(PageError(f"/{self.page}: closed in the middle of a run"))
            self._ended.exception()  # nobody may be waiting for it any more
        self._reader.cancel()
        await self._socket.close()
        with suppress(asyncio.CancelledError, Exception):
            await self._reader

    async def press(self, key: str) -> float:
        """Press the button of this key; in a fragment only the fragment runs."""
        widget, fragment = self.buttons[key]
        return await self.rerun(fragment=fragment, widgets=[WidgetState(id=widget, trigger_value=True)])

    async def rerun(self, *, fragment: str = "", widgets: Sequence[WidgetState] = (), tick: bool = False) -> float:
        """Let the page, or one fragment of it, run again.

        Raises:
            PageError: the page showed an error, or did not end in time.
            websockets.ConnectionClosed: the server hung up.
        """
        async with self._turn:
            back = BackMsg()
            state = back.rerun_script
            state.query_string, state.fragment_id, state.is_auto_rerun = self.query, fragment, tick
            state.page_script_hash, state.page_name = self._script, "" if self._script else self.page
            state.widget_states.widgets.extend(widgets)
            state.cached_message_hashes.extend(self._cache)
            state.context_info.url = f"{self.address}/{self.page}"
            self._ended, self._trouble = asyncio.get_running_loop().create_future(), ""
            begun = time.perf_counter()
            await self._socket.send(back.SerializeToString())
            try:
                await asyncio.wait_for(self._ended, PATIENCE)
            except TimeoutError:
                raise PageError(f"/{self.page}: no answer in {PATIENCE:.0f} s") from None
            took = 1000 * (time.perf_counter() - begun)
        if self._trouble:
            raise PageError(f"/{self.page}: {self._trouble}")
        return took

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                message = ForwardMsg.FromString(data)
                if message.WhichOneof("type") == "ref_hash":
                    before = self._cache[message.ref_hash][1]
                    message, meta = ForwardMsg.FromString(before.SerializeToString()), message.metadata
                    message.metadata.CopyFrom(meta)
                self._take(message)
        except Exception as error:
            if self._ended is not None and not self._ended.done():
                self._ended.set_exception(error)
            raise
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(PageError(f"/{self.page}: the server hung up"))

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if message.hash and (message.metadata.cacheable or message.hash in self._cache):
            self._cache[message.hash] = (self._runs, message)
        if kind == "new_session":
            self._script = message.new_session.page_script_hash
            self.session = message.new_session.initialize.session_id
            if not message.metadata.run.fragment_ids:
                self._stop_timers()
        elif kind == "navigation":
            # Until then the script is the shell's own, and whoever sent that back would be shown the first page.
            self._script = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            told = message.auto_rerun
            if told.fragment_id not in self._timers:
                self._timers[told.fragment_id] = asyncio.create_task(self._tick(told.fragment_id, told.interval))
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                if (timer := self._timers.pop(fragment, None)) is not None:
                    timer.cancel()
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message)
        elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._runs += 1
            self._cache = {name: kept for name, kept in self._cache.items() if kept[0] >= self._runs - KEPT_RUNS}
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self._trouble = "the script does not compile"
            if self._ended is not None and not self._ended.done():
                self._ended.set_result(None)

    def _element(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[element.button.id.split("-", 2)[-1]] = (element.button.id, message.delta.fragment_id)
        elif kind in ("markdown", "html"):
            body = getattr(element, kind).body
            self.markup[",".join(map(str, message.metadata.delta_path))] = body
            if _ERROR in body:
                self._trouble = " ".join(re.sub(r"<[^>]*>", " ", body).split())
        elif kind == "exception":
            self._trouble = f"{element.exception.type}: {element.exception.message}"

    def attribute(self, name: str) -> str:
        """Return the latest value of an attribute anywhere in the page's own markup, "" where there is none."""
        for body in reversed(self.markup.values()):
            if found := re.search(rf'\b{name}="([^"]*)"', body):
                return html.unescape(found[1])
        return ""

    async def _tick(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            if not self._turn.locked():
                try:
                    self.ticks.append(await self.rerun(fragment=fragment, tick=True))
                except Exception as error:
                    self.failed.append(error)
                    return

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
