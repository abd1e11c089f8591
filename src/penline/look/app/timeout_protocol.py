"""Uvicorn's HTTP/1.1 protocol, with an end to its patience.

Uvicorn hangs up on a client that is silent between two requests, but waits for ever for the rest
of a request's head, for a first byte, and for a client to take its answer. Here such a client has
`HEAD_SECONDS`, and `SEND_SECONDS` to go on reading.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from penline.look.app.limits import HEAD_SECONDS, SEND_SECONDS

__all__ = ["TimeoutProtocol"]


class TimeoutProtocol(H11Protocol):
    """One connection."""

    head_seconds = HEAD_SECONDS
    send_seconds = SEND_SECONDS
    _waits: asyncio.TimerHandle | None = None
    _blocked: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client is there; its request has to come."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Something came: a whole head ends the waiting, a part of one does not."""
        super().data_received(data)
        if self._busy():
            self._stop()
        elif self._waits is None:
            self._wait()

    def on_response_complete(self) -> None:
        """An answer is out; what came meanwhile may be a part of the next head."""
        super().on_response_complete()
        if not self._busy() and self.conn.trailing_data[0]:
            self._wait()

    def pause_writing(self) -> None:
        """The client does not take what it is sent."""
        super().pause_writing()
        # to close would be to wait for it to read on
        self._blocked = self.loop.call_later(self.send_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads on."""
        super().resume_writing()
        self._flows()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop()
        self._flows()
        super().connection_lost(exc)

    def _busy(self) -> bool:
        cycle = getattr(self, "cycle", None)
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._stop()
        self._waits = self.loop.call_later(self.head_seconds, self._hang_up)

    def _stop(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _flows(self) -> None:
        if self._blocked is not None:
            self._blocked.cancel()
            self._blocked = None

    def _hang_up(self) -> None:
        self._waits = None
        if not self._busy() and not self.transport.is_closing():
            self.transport.close()
