"""Work that a Ctrl-C must not cut in two."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def uninterrupted(work: Callable[[], Result]) -> Result:
    """Do the work in a thread of its own and return or raise what it does.

    Signal handlers run, and raise, in the main thread only: there a KeyboardInterrupt or a SystemExit still comes, but
    after the work is whole. A running event loop of the caller's is out of its way as well.
    """
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(work).result()
