"""Frames on a stream socket: a length of eight bytes, then that many bytes."""

from __future__ import annotations

import socket
import struct
import time

from graders.sandbox.wire import WireError

_LENGTH = struct.Struct("<Q")


def send(sock: socket.socket, content: bytes, deadline: float | None = None) -> None:
    """Send one frame.

    Raises:
        TimeoutError: the other side did not take it before ``deadline`` (``time.monotonic``).
        OSError: the other side is gone.
    """
    remaining = None if deadline is None else deadline - time.monotonic()
    if remaining is not None and remaining <= 0:
        raise TimeoutError
    sock.settimeout(remaining)
    sock.sendall(_LENGTH.pack(len(content)) + content)


def receive(sock: socket.socket, limit: int, deadline: float | None = None) -> bytearray:
    """Receive one frame of at most ``limit`` bytes.

    After the deadline, what has arrived already still counts: a grader that was stopped for a
    while (Ctrl-Z, a machine that sleeps) blames nobody for it.

    Raises:
        TimeoutError: no whole frame before ``deadline``.
        EOFError: the other side is gone.
        WireError: the frame is larger than ``limit``.
    """
    size = int(_LENGTH.unpack(_exactly(sock, _LENGTH.size, deadline))[0])
    if size > limit:
        raise WireError(f"an answer of more than {limit >> 20} MiB")
    return _exactly(sock, size, deadline)


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytearray:
    content = bytearray()
    while len(content) < size:
        sock.settimeout(None if deadline is None else max(0.0, deadline - time.monotonic()))
        try:
            piece = sock.recv(min(size - len(content), 1 << 20))
        except BlockingIOError:
            raise TimeoutError from None
        except ConnectionError:
            raise EOFError from None
        if not piece:
            raise EOFError
        content += piece
    return content
