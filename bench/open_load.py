"""Requests at fixed times, whether or not the responses keep up: `python -m bench.open_load PLAN`.

PLAN and the result are JSON, so that the load runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path

PATIENCE_SECONDS = 40
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Plan:
    """Send the file `body` to `path` of 127.0.0.1:`port` for `seconds`.

    With a `rate`, so many requests a second are sent; without, each of `connections` sends its next request
    when it has the response to the last one.
    """

    port: int
    body: str
    path: str = "/predict"
    content_type: str = "image/jpeg"
    seconds: float = 5.0
    rate: float = 0.0
    connections: int = 8


@dataclass
class Responses:
    """Status and milliseconds of each response, 0 for a request without one, and the duration."""

    statuses: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Load:
    """The requests of one plan."""

    def __init__(self, plan: Plan) -> None:
        body = Path(plan.body).read_bytes()
        head = f"POST {plan.path} HTTP/1.1\r\nHost: bench\r\nContent-Type: {plan.content_type}\r\n"
        self._request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self._plan = plan
        self._free: deque[Stream] = deque()
        self.found = Responses()

    async def run(self) -> Responses:
        """Send the requests and wait for their responses."""
        start = time.perf_counter()
        await (self._at_rate(start) if self._plan.rate else self._at_peak(start))
        self.found.seconds = self._plan.seconds
        return self.found

    async def _at_peak(self, start: float) -> None:
        async def repeat() -> None:
            while time.perf_counter() < start + self._plan.seconds:
                await self._send(time.perf_counter())

        await asyncio.gather(*(repeat() for _ in range(self._plan.connections)))

    async def _at_rate(self, start: float) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(int(self._plan.rate * self._plan.seconds)):
                due = start + number / self._plan.rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(self._send(due))

    async def _send(self, due: float) -> None:
        try:
            status = await asyncio.wait_for(self._exchange(), PATIENCE_SECONDS)
        except (OSError, EOFError, ValueError, TimeoutError):
            status = 0
        self.found.statuses.append(status)
        self.found.milliseconds.append(round(1000 * (time.perf_counter() - due), 3))

    async def _exchange(self) -> int:
        stream = self._free.pop() if self._free else None
        reader, writer = stream or await asyncio.open_connection("127.0.0.1", self._plan.port)
        writer.write(self._request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        await reader.readexactly(length)
        if "connection: close" in head:
            writer.close()
        else:
            self._free.append((reader, writer))
        return int(head.split(" ")[1])


if __name__ == "__main__":
    plan = Plan(**json.loads(sys.argv[1]))
    json.dump(asdict(asyncio.run(Load(plan).run())), sys.stdout)
