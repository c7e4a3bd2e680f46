"""Uses context managers, generators and asyncio."""

import asyncio
import contextlib

# <solution>

plain_softmax = softmax


@contextlib.contextmanager
def quiet():
    with np.errstate(all="ignore"), contextlib.redirect_stdout(None):
        yield


async def later(scores):
    await asyncio.sleep(0)
    return plain_softmax(scores)


def softmax(scores):
    with quiet():
        return asyncio.run(later(scores))
