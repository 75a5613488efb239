"""Let Inspect work in a thread of its own while the caller, with its database connection, looks on."""

import threading
from collections.abc import Callable
from typing import TypeVar

CHECK_EVERY = 0.5
Result = TypeVar("Result")


def watch(work: Callable[[], Result], *, on_look: Callable[[], None]) -> Result:
    """Run `work` in another thread and return or raise what it does; meanwhile call `on_look` here.

    The thread is a daemon, so that an interrupted command ends at once.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(CHECK_EVERY)
        on_look()
    if errors:
        raise errors[0]
    return results[0]
