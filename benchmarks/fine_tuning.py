"""How fast stages of fine-tuning learn here: tokens a second and memory, on the device found.

    make train
    .venv/bin/python benchmarks/fine_tuning.py                       # the tiny model, a minute on a CPU
    .venv/bin/python benchmarks/fine_tuning.py --base-model FOLDER --length 1024 --batch 8 --steps 30

The rows are made up and at most as long as asked; what is learned means nothing. One stage runs after another
in this process, on one device. Loading does not count, nor does the first step. Tokens are those of the rows
without padding; of rloo, those of requests and answers, and its time holds the writing of the answers.
"""

import argparse
import gc
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
STAGES = ("sft", "dpo", "reward", "rloo")
WORDS = ["water", "river", "bread", "garden", "music", "winter", "letter", "window", "teacher", "doctor"]


def main() -> None:
    options = read_options()
    from datasets import disable_progress_bars
    from transformers.utils import logging

    from training.finetuning.devices import find_devices

    disable_progress_bars()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    devices = find_devices()
    with tempfile.TemporaryDirectory() as folder:
        base = options.base_model or make_base(Path(folder) / "tiny")
        print(f"{devices.name}; {base.name}; {options.batch} rows of up to {options.length} tokens a step")
        print(f"{'stage':8}{'method':8}{'s/step':>9}{'tokens/s':>11}{'memory':>10}")
        for kind in STAGES:
            for method in ("lora", "full"):
                work = make_work(kind, method, base, options, Path(folder) / f"{kind}-{method}", devices)
                print(f"{kind:8}{method:8}{measure(work)}", flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--base-model", type=Path, help="a folder with a model; by default a tiny one is made"
    )
    parser.add_argument("--length", type=int, default=128, help="tokens of a row, at most")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=4)
    return parser.parse_args()


def make_base(folder: Path) -> Path:
    from training.finetuning.tiny import make_tiny_model

    return make_tiny_model(folder, texts=[" ".join(WORDS)] * 9)


def made_up_rows(kind: str, n_rows: int, length: int) -> Iterator[dict[str, Any]]:
    """Rows that are shorter than that in tokens (the reward trainer leaves longer ones out)."""
    draw = Random(0)
    for _ in range(n_rows):
        asked = [{"role": "user", "content": " ".join(draw.choices(WORDS, k=length // 12))}]
        better, worse = (
            [{"role": "assistant", "content": " ".join(draw.choices(WORDS, k=length // 4))}] for _ in range(2)
        )
        whole = {"prompt": asked, "chosen": better, "rejected": worse}
        yield {"messages": asked + better} if kind == "sft" else whole


def make_work(
    kind: str, method: str, base: Path, options: argparse.Namespace, folder: Path, devices: Any
) -> Any:
    """What the platform's own stages are made from; a reward model is the base with a fresh head."""
    from datasets import Dataset

    from training.finetuning.loading import load_tokenizer
    from training.finetuning.recipes import LORA_KEYS, MODEL_KEYS, read_stage, read_table
    from training.finetuning.stages import Work

    told = {"kind": kind, "dataset": "rows", "learning_rate": 1e-5, "logging_steps": 1}
    told |= {"batch_size": options.batch, "max_length": options.length, "max_steps": options.steps}
    if kind == "rloo":
        told |= {"generations": 2, "max_completion_length": options.length // 2}
    rows = list(made_up_rows(kind, options.batch * (options.steps + 1), options.length))
    return Work(
        kind=kind,
        settings=read_stage(told, "benchmark").settings,
        model_settings=read_table({"method": method}, MODEL_KEYS, "benchmark"),
        lora=read_table({}, LORA_KEYS, "benchmark"),
        model=str(base),
        reward_model=str(base),
        tokenizer=load_tokenizer(str(base)),
        rows=Dataset.from_list(rows),
        held_out=None,
        folder=folder,
        seed=0,
        devices=devices,
    )


def measure(work: Any) -> str:
    """Train the stage, and say how long a step took, how many tokens a second it read, and what it held."""
    import torch
    from transformers import TrainerCallback

    from training.finetuning.stages import make_trainer

    ends: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            ends.append(time.perf_counter())

        def on_log(self, *_: Any, **__: Any) -> None:
            """Say nothing: the trainer's own lines are not wanted here."""

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    trainer = make_trainer(work, [Clock()])
    trainer.remove_callback(
        next(c for c in trainer.callback_handler.callbacks if "Printer" in type(c).__name__)
    )
    trainer.train()
    seconds = (ends[-1] - ends[0]) / (len(ends) - 1)
    read = [line["num_tokens"] for line in trainer.state.log_history if "num_tokens" in line]
    tokens = (read[-1] - read[0]) / (len(ends) - 1)
    del trainer
    gc.collect()
    return f"{seconds:9.3f}{tokens / seconds:11,.0f}{peak_memory():8.1f} GB"


def peak_memory() -> float:
    """The most memory held: of the card where there is one, else of this process so far."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
