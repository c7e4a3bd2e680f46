"""Being told to end is put off where it would do harm, and never lost."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from graders.engine.interrupts import interrupts_held, sigterm_raises


@pytest.fixture(params=["no other thread", "another thread"])
def other_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """One that can be handed the signal in place of the main thread."""
    if request.param == "no other thread":
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("other_thread")
@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_a_signal_is_put_off_and_not_lost(number: int, kind: type[BaseException]) -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    done: list[int] = []

    def told_to_end() -> None:
        os.kill(os.getpid(), number)
        done.extend(sum(range(10**5)) for _ in range(20))

    with pytest.raises(kind), sigterm_raises(), interrupts_held():
        told_to_end()
    assert len(done) == 20
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_where_nothing_comes_nothing_changes() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with interrupts_held():
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
