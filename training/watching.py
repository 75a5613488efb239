"""Let Inspect work in a thread of its own while the caller, with its database connection, tells how far it is."""

import threading
from collections.abc import Callable

CHECK_EVERY = 0.5


def watch[Result](work: Callable[[], Result], *, on_look: Callable[[], None]) -> Result:
    """Run `work` in another thread and return what it returns; `on_look` is called here until it ends.

    The thread is a daemon, so that an interrupted command ends at once.
    """
