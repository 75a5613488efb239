"""Let Inspect work in a thread of its own while the caller, with its database connection, looks on."""

import threading
from collections.abc import Callable
from typing import TypeVar

CHECK_EVERY = 0.5
Result = TypeVar("Result")


def watch(
    work: Callable[[], Result], *, on_look: Callable[[], None], wake: threading.Event | None = None
) -> Result:
    """Run `work` in another thread and return or raise what it does; meanwhile call `on_look` here.

    It looks every half second, and at once when `wake` is set. The thread is a daemon, so that an
    interrupted command ends at once.
    """
    results: list[Result] = []
    errors: list[BaseException] = []
    bell = wake or threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            errors.append(error)
        bell.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        bell.wait(CHECK_EVERY)
        on_look()
        if results or errors:
            thread.join()
    if errors:
        raise errors[0]
    return results[0]
