"""Keep the site's processes running: the web server and the job worker, started again when they die."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
STOP_PATIENCE = 15.0
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
"""Seconds a process must run before a later death counts as its first."""


@dataclass
class Child:
    """One process of the site, with its own process group so that nothing it starts outlives it."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_death(self) -> None:
        """Sweep up what the process had started, and decide when to start it again."""
        if self.process is None:
            return
        self.send(signal.SIGKILL)
        lasted = time.monotonic() - self.started_at
        self.deaths = 1 if lasted > STEADY_AFTER else self.deaths + 1
        pause = min(0.5 * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.start_again_at = time.monotonic() + pause
        code = self.process.returncode
        logger.warning("the %s process ended (%s); starting it again in %.1f s", self.name, code, pause)
        self.process = None

    def send(self, number: int) -> None:
        """Signal the process and all it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def die_with_parent() -> None:
    """Ask Linux to end this process when its supervisor is killed; elsewhere do without."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Supervisor:
    """Starts the children, watches over them, and ends them when told to."""

    children: Sequence[Child]
    each_round: Callable[[], None] = lambda: None
    interval: float = 0.5
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Run until a signal asks to stop; no process of the site is left then."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            while not self.stopping.is_set():
                self.look_after_children()
                self.each_round()
                self.stopping.wait(self.interval)
        finally:
            self.stop_children()

    def look_after_children(self) -> None:
        for child in self.children:
            if child.is_running():
                continue
            child.note_death()
            if time.monotonic() >= child.start_again_at:
                child.start()

    def stop_children(self) -> None:
        """Ask every process to end; kill what has not after a while."""
        running = [child for child in self.children if child.is_running()]
        for child in running:
            if child.process is not None:
                child.process.terminate()
        give_up_at = time.monotonic() + STOP_PATIENCE
        for child in running:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, give_up_at - time.monotonic()))
            child.send(signal.SIGKILL)
