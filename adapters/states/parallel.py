"""Doing the same to many things at once, on threads. Never here: what is done."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

THREADS = 16


def in_parallel[One, Result](work: Callable[[One], Result], many: Sequence[One]) -> list[Result]:
    """The results in order; the first failure is raised, after those under way have ended."""
    with ThreadPoolExecutor(min(THREADS, max(1, len(many)))) as pool:
        futures = [pool.submit(work, one) for one in many]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
