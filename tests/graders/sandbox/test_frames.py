"""Frames between grader and sandbox: whole, bounded, and in time."""

import socket
import time

import pytest

from graders.sandbox import frames
from graders.sandbox.wire import WireError

LIMIT = 1 << 20


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_frame_arrives_whole(pair):
    frames.send(pair[0], b"x" * 5000)
    assert frames.receive(pair[1], LIMIT, time.monotonic() + 10) == b"x" * 5000


def test_an_answer_that_came_while_the_grader_was_stopped_counts(pair):
    frames.send(pair[0], b"x" * 5000)
    assert frames.receive(pair[1], LIMIT, time.monotonic() - 1) == b"x" * 5000


@pytest.mark.parametrize("part", [b"", b"\x05\0\0\0\0\0\0\0ab"])
@pytest.mark.parametrize("seconds", [-1, 0.01])
def test_what_did_not_arrive_does_not(pair, part, seconds):
    pair[0].sendall(part)
    with pytest.raises(TimeoutError):
        frames.receive(pair[1], LIMIT, time.monotonic() + seconds)


def test_nothing_is_asked_after_the_deadline(pair):
    with pytest.raises(TimeoutError):
        frames.send(pair[0], b"x", time.monotonic() - 1)


def test_too_much_and_nobody(pair):
    frames.send(pair[0], b"x" * 100)
    with pytest.raises(WireError):
        frames.receive(pair[1], 99)
    pair[0].close()
    pair[1].recv(100)
    with pytest.raises(EOFError):
        frames.receive(pair[1], LIMIT)
