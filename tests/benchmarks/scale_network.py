"""A network with a latency on this machine, without rights that only root has.

Every connection goes through a process that holds each piece of it for half a round trip before it
passes it on. Pieces follow each other as they came, so it is latency alone, at any bandwidth.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
from dataclasses import dataclass
from typing import Any

PIECE = 1 << 16  # bytes


@dataclass
class Route:
    """Who connects to port `listen` gets to port `target`; `bytes` counts there and back."""

    listen: int
    target: int
    bytes_to: Any
    bytes_from: Any


class Network:
    """Routes between ports, open as long as the context lasts, and the latency of all of them.

    Args:
        count: of routes.
    """

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._round_trip = context.Value("d", 0.0)
        ports = free_ports(2 * count)
        self.routes = [
            Route(listen, target, context.Value("q", 0), context.Value("q", 0))
            for listen, target in zip(ports[:count], ports[count:], strict=True)
        ]
        self._process = context.Process(
            target=_main, args=(self.routes, self._round_trip), daemon=True
        )

    def __enter__(self) -> Network:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def set_latency(self, seconds: float) -> None:
        """Of a round trip, from the next piece on."""
        self._round_trip.value = seconds

    @property
    def passed(self) -> int:
        """Bytes that went through any route so far, either way."""
        return sum(route.bytes_to.value + route.bytes_from.value for route in self.routes)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        servers = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in servers]


def _main(routes: list[Route], round_trip: Any) -> None:
    asyncio.run(_serve(routes, round_trip))


async def _serve(routes: list[Route], round_trip: Any) -> None:
    for route in routes:
        await asyncio.start_server(_connected(route, round_trip), "127.0.0.1", route.listen)
    await asyncio.Event().wait()


def _connected(route: Route, round_trip: Any) -> Any:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", route.target)
        except OSError:  # nobody listens yet, or any more
            writer.close()
            return
        await asyncio.gather(
            _passed_on(reader, back, round_trip, route.bytes_to),
            _passed_on(there, writer, round_trip, route.bytes_from),
        )

    return connected


async def _passed_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, round_trip: Any, count: Any
) -> None:
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    clock = asyncio.get_running_loop().time

    async def received() -> None:
        piece = b"first"
        while piece:  # an empty one is the end
            with contextlib.suppress(ConnectionError):
                piece = await reader.read(PIECE)
            pieces.put_nowait((clock() + round_trip.value / 2, piece))

    receiving = asyncio.create_task(received())
    with contextlib.suppress(ConnectionError):
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - clock())
            if not piece:
                break
            writer.write(piece)
            count.value += len(piece)
            await writer.drain()
    writer.close()
    receiving.cancel()
