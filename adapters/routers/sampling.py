"""Asking the same often, a few at a time. Never here: what is asked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_AT_ONCE = 8


def sampled[T](ask: Callable[[int], T], samples: int) -> list[T]:
    """What each asking found, in order; the first that raises ends it, without asking what is left.

    Args:
        ask: given the number of the sample, from 0; called in threads.
        samples: how many, at least 1.
    """
    pool = ThreadPoolExecutor(min(samples, _AT_ONCE))
    try:
        return list(pool.map(ask, range(samples)))
    finally:
        pool.shutdown(cancel_futures=True)
