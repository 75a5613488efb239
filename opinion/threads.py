"""How many threads the numeric libraries use."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

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


def in_one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, all of it in `one_thread`."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with one_thread():
            return function(*args, **kwargs)

    return limited
