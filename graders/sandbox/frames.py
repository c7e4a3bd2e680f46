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
    _arm(sock, deadline)
    sock.sendall(_LENGTH.pack(len(content)) + content)


def receive(sock: socket.socket, limit: int, deadline: float | None = None) -> bytearray:
    """Receive one frame of at most ``limit`` bytes.

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
        _arm(sock, deadline)
        try:
            piece = sock.recv(min(size - len(content), 1 << 20))
        except ConnectionError:
            raise EOFError from None
        if not piece:
            raise EOFError
        content += piece
    return content


def _arm(sock: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        sock.settimeout(None)
        return
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    sock.settimeout(remaining)
