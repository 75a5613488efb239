"""The training process: `python -m training.finetuning.program PLAN`. It knows no database and no Django.

Each stage begins with the model that the last one left, goes on from its latest checkpoint if there is one,
and is skipped once it is finished. So the same command after any interruption does only what is left.
"""

import contextlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from accelerate import PartialState
from transformers import set_seed
from transformers.utils import logging

from training.finetuning.callbacks import Reporter
from training.finetuning.devices import Devices, find_devices, launch_on_all
from training.finetuning.loading import dtype_of, load_policy, load_split, load_tokenizer, save_whole
from training.finetuning.margins import compare, measure_preference
from training.finetuning.plan import Places, Plan, write_whole
from training.finetuning.recipes import PAIR_FORMATS, STAGES
from training.finetuning.stages import Work, make_trainer


class Paused(Exception):
    """The training stopped with a checkpoint, because it was asked to."""


def main(path: Path) -> None:
    """Carry out the plan, or what is left of it; without a result it was paused."""
    devices = find_devices()
    launch_on_all(devices, str(path))
    logging.disable_progress_bar()
    plan, places = Plan.read(path), Places(path.parent)
    set_seed(plan.seed)
    with contextlib.suppress(Paused):
        train(plan, places, devices)


def train(plan: Plan, places: Places, devices: Devices) -> None:
    before = margins_before(plan, places, devices)
    model, reward_model = plan.base_model, ""
    for number, stage in enumerate(plan.recipe["stages"], start=1):
        folder = places.stage(number, stage["kind"])
        if not (folder / "final").is_dir():
            run_stage(plan, places, devices, number, stage, model, reward_model)
        if stage["kind"] == "reward":
            reward_model = str(folder / "final")
        else:
            model = str(folder / "final")
    if PartialState().is_main_process:
        finish(plan, places, devices, Path(model), before)


def run_stage(
    plan: Plan,
    places: Places,
    devices: Devices,
    number: int,
    stage: dict[str, Any],
    model: str,
    reward_model: str,
) -> None:
    """Train one stage to its end, or to the pause that was asked for, and save what came of it."""
    folder = places.stage(number, stage["kind"])
    work = prepare(plan, folder, devices, stage, model, reward_model)
    reporter = Reporter(places, number, stage["kind"])
    trainer = make_trainer(work, [reporter])
    trainer.train(resume_from_checkpoint=latest_checkpoint(folder))
    if reporter.was_paused:
        raise Paused
    if PartialState().is_main_process:
        save_whole(trainer.accelerator.unwrap_model(trainer.model), work.tokenizer, folder / "final")
        for checkpoint in folder.glob("checkpoint-*"):
            shutil.rmtree(checkpoint)
    PartialState().wait_for_everyone()


def prepare(
    plan: Plan, folder: Path, devices: Devices, stage: dict[str, Any], model: str, reward_model: str
) -> Work:
    """Load the rows of a stage, and put together all that its trainer is made from."""
    source = plan.datasets[stage["dataset"]]
    cache = folder.parent / "cache"
    with PartialState().main_process_first():
        rows, held_out = (load_split(source, split, cache) for split in ("train", "held_out"))
    if rows is None:
        raise ValueError(f"The dataset {source.folder} has no rows to train on.")
    return Work(
        kind=stage["kind"],
        settings={name: value for name, value in stage.items() if name not in ("kind", "dataset")},
        model_settings=plan.recipe["model"],
        lora=plan.recipe["lora"],
        model=model,
        reward_model=reward_model,
        tokenizer=load_tokenizer(model),
        rows=rows,
        held_out=held_out,
        folder=folder,
        seed=plan.seed,
        devices=devices,
    )


def latest_checkpoint(folder: Path) -> str | None:
    """The latest whole checkpoint; one broken off in writing is removed (its state is written last)."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for path in reversed(found):
        if is_whole(path):
            return str(path)
        shutil.rmtree(path, ignore_errors=True)
    return None


def is_whole(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def margins_before(plan: Plan, places: Places, devices: Devices) -> dict[str, Any] | None:
    """How much the base model prefers the chosen answers of held-out pairs; measured once."""
    if places.margins.is_file():
        found: dict[str, Any] | None = json.loads(places.margins.read_text(encoding="utf-8"))
        return found
    with PartialState().main_process_first():
        measured = measure(plan, places, devices, plan.base_model)
        if PartialState().is_main_process:
            write_whole(places.margins, measured)
    return measured


def measure(plan: Plan, places: Places, devices: Devices, model: str) -> dict[str, Any] | None:
    """Score held-out pairs under a model; None where no pairs are held out."""
    stage = next(
        (stage for stage in plan.recipe["stages"] if STAGES[stage["kind"]].formats == PAIR_FORMATS), None
    )
    if stage is None:
        return None
    pairs = load_split(plan.datasets[stage["dataset"]], "held_out", places.folder / "stages" / "cache")
    if pairs is None:
        return None
    settings = plan.recipe["model"]
    policy = load_policy(model, dtype_of(settings["dtype"], settings["method"], devices))
    policy = policy.to(PartialState().device)
    return measure_preference(policy, load_tokenizer(model), pairs.to_list(), stage["max_length"]).describe()


def finish(plan: Plan, places: Places, devices: Devices, model: Path, before: dict[str, Any] | None) -> None:
    """Measure once more, put the model where it belongs, and write the result last."""
    after = measure(plan, places, devices, str(model)) if before else None
    if not places.model.is_dir():
        shutil.copytree(model, places.model.with_name(".model"), dirs_exist_ok=True)
        places.model.with_name(".model").rename(places.model)
    for reward_model in (places.folder / "stages").glob("*-reward/final"):
        shutil.copytree(reward_model, places.reward_model, dirs_exist_ok=True)
    result = {"device": devices.describe(), "versions": versions(), "before": summary(before)}
    result |= {"after": summary(after), "change": compare(before, after) if before and after else None}
    write_whole(places.result, result)
    shutil.rmtree(places.folder / "stages", ignore_errors=True)


def summary(measured: dict[str, Any] | None) -> dict[str, Any] | None:
    """The means alone, without each pair's numbers."""
    return measured and {name: value for name, value in measured.items() if not isinstance(value, list)}


def versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "trl", "peft", "accelerate")}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
