"""What there is to train on: processors, one accelerator, or several. Imports torch."""

import os
import sys
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Devices:
    """The kind of device, how many, their name, and whether they calculate in bfloat16."""

    kind: str
    count: int
    name: str
    has_bfloat16: bool

    def describe(self) -> str:
        return self.name if self.count == 1 else f"{self.count} × {self.name}"


def find_devices() -> Devices:
    """NVIDIA or AMD cards first, then Apple's, then the processor."""
    if torch.cuda.is_available():
        name = torch.cuda.get_device_name(0)
        return Devices("cuda", torch.cuda.device_count(), name, torch.cuda.is_bf16_supported())
    if torch.backends.mps.is_available():
        return Devices("mps", 1, "Apple GPU", has_bfloat16=False)
    return Devices("cpu", 1, f"CPU, {torch.get_num_threads()} threads", has_bfloat16=False)


def launch_on_all(devices: Devices, plan: str) -> None:
    """Become `accelerate launch` with a process for each card, unless one of these runs this already."""
    if devices.count < 2 or "LOCAL_RANK" in os.environ:
        return
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    command += ["--num_processes", str(devices.count), "--num_machines", "1", "--mixed_precision", "no"]
    command += ["--dynamo_backend", "no", "--main_process_port", "0"]
    os.execv(sys.executable, [*command, "-m", "training.finetuning.program", plan])  # nosec B606  (fixed words)
