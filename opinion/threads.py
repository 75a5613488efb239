"""How many threads the numeric libraries use."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

_controllers: dict[bool, Any] = {}


def one_thread() -> Any:
    """Keep numeric libraries to one thread: small problems run faster, and results never depend on cores.

    Looking for the libraries takes 3 ms, so they are looked for again only once scipy has brought its own.
    """
    from threadpoolctl import ThreadpoolController

    has_scipy = "scipy.linalg" in sys.modules
    if has_scipy not in _controllers:
        _controllers[has_scipy] = ThreadpoolController()
    return _controllers[has_scipy].limit(limits=1)


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do some work that needs no Python, such as hashing, on another core; it is done when the block ends."""
    worker = Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        worker.join()
