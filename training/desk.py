"""Lets Inspect's thread have things done in the worker's thread, which holds the database connection."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class Desk:
    """Requests handed from one thread to the other; `wake` is set whenever there is one."""

    def __init__(self) -> None:
        self.wake = threading.Event()
        self.waiting: deque[tuple[Callable[[], Any], Future[Any]]] = deque()

    async def ask(self, work: Callable[[], Result]) -> Result:
        """Have `work` done by the worker's thread and wait for what it returns."""
        answer: Future[Result] = Future()
        self.waiting.append((work, answer))
        self.wake.set()
        return await asyncio.wrap_future(answer)

    def serve(self) -> None:
        """Do what was asked for; what fails stays in line, to be done when the database is back."""
        self.wake.clear()
        while self.waiting:
            work, answer = self.waiting[0]
            result = work()
            self.waiting.popleft()
            if not answer.cancelled():
                answer.set_result(result)
