"""The training process seen from outside: started apart from the site, watched, asked to pause, ended."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from training.finetuning.plan import Places
from training.finetuning.progress import ProgressReader, read_tail

Progress = Callable[[dict[str, Any]], None]
LOOK_EVERY = 0.5
PATIENCE = 10.0
LINES_OF_REASON = 3
PR_SET_PDEATHSIG = 1
# What a training process may know of this one's environment: nothing secret is among it.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "OMP_NUM_THREADS")
PASSED_ON_BEGINNINGS = ("CUDA_", "NCCL_", "NVIDIA_", "HIP_", "ROCR_", "PYTORCH_", "LC_")


class TrainerMissing(Exception):
    """The extra `train` is not installed."""


def check_trainer_is_installed() -> None:
    """Say how to install what is missing."""
    missing = [name for name in ("torch", "transformers", "trl", "peft", "datasets") if not find_spec(name)]
    if missing:
        raise TrainerMissing(f"Fine-tuning needs {', '.join(missing)}: install with `make train`.")


@dataclass(frozen=True)
class Ending:
    """How a training process ended."""

    is_finished: bool
    is_paused: bool
    reason: str


class TrainingProcess:
    """One training process and the files it leaves."""

    def __init__(self, places: Places, *, allows_download: bool) -> None:
        self.places = places
        self.environment = training_environment(allows_download=allows_download)
        self.reader = ProgressReader(places.progress)
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *, on_look: Callable[[list[dict[str, Any]]], None]) -> Ending:
        """Run to the end, the pause or the fall; `on_look` is given the new lines of progress."""
        if self.places.result.is_file():
            return Ending(is_finished=True, is_paused=False, reason="")
        command = [sys.executable, "-m", "training.finetuning.program", str(self.places.plan)]
        with self.places.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        try:
            while self.process.poll() is None:
                time.sleep(LOOK_EVERY)
                on_look(list(self.reader.read_new()))
        finally:
            self.end()
        on_look(list(self.reader.read_new()))
        return self.ending(self.process.returncode)

    def ending(self, code: int) -> Ending:
        has_result = self.places.result.is_file()
        reason = "" if code == 0 else f"The training process ended ({code}). {self.last_words()}"
        return Ending(code == 0 and has_result, is_paused=code == 0 and not has_result, reason=reason)

    def last_words(self) -> str:
        """The last lines of the log that say something."""
        lines = [line.strip() for line in read_tail(self.places.log).splitlines() if line.strip()]
        return " ".join(lines[-LINES_OF_REASON:])[-600:]

    def ask_to_pause(self) -> None:
        """The process looks for this file at each of its steps."""
        self.places.pause.touch()

    def end(self) -> None:
        """End the process and all it started, kindly first."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def training_environment(*, allows_download: bool) -> dict[str, str]:
    """A small environment without this site's secrets, and without the network unless it is allowed."""
    known = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_BEGINNINGS)
    }
    offline = "0" if allows_download else "1"
    return known | {
        "HF_HOME": str(settings.VAR_DIR / "huggingface"),
        "HF_HUB_OFFLINE": offline,
        "TRANSFORMERS_OFFLINE": offline,
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }


def die_with_parent() -> None:
    """Ask Linux to end this process when the worker is killed; elsewhere do without."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
