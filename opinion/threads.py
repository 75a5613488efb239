"""How many threads the numeric libraries use."""

import sys
from typing import Any

BRING_THREADS = ("scipy.linalg", "sklearn.cluster")
_controllers: dict[tuple[bool, ...], Any] = {}


def one_thread() -> Any:
    """Keep numeric libraries to one thread: small problems run faster, and results never depend on cores.

    Looking for the libraries takes 3 ms, so they are looked for again only where others have been loaded.
    """
    from threadpoolctl import ThreadpoolController

    loaded = tuple(name in sys.modules for name in BRING_THREADS)
    if loaded not in _controllers:
        _controllers[loaded] = ThreadpoolController()
    return _controllers[loaded].limit(limits=1)
