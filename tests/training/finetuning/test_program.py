"""The training process: interrupted or not it ends with the same weights, and nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from training.finetuning.plan import DatasetInput, Places, Plan
from training.finetuning.progress import ProgressReader
from training.shards import sha256_of

pytestmark = pytest.mark.usefixtures("trained")
ROOT = Path(__file__).parents[3]
SFT = {"kind": "sft", "dataset": "sft", "max_steps": 4}
REWARD = {"kind": "reward", "dataset": "preference", "max_steps": 3}
RLOO = {"kind": "rloo", "dataset": "preference", "max_steps": 5, "save_steps": 1, "learning_rate": 1e-3}
RLOO |= {"max_completion_length": 8}


@pytest.fixture
def plan(datasets, base_model, recipe_of, tmp_path):
    inputs = {
        name: DatasetInput(str(folder), sha256_of(folder / "manifest.json"))
        for name, folder in datasets.items()
    }

    def write(name: str, *stages: dict, method: str = "full") -> Places:
        places = Places(tmp_path / name)
        recipe = recipe_of(*stages, method=method).to_dict()
        recipe["lora"]["dropout"] = 0.1
        Plan(str(base_model), recipe, inputs, seed=3).write(places.plan)
        return places

    return write


def steps_of(places: Places, stage: int) -> Counter[int]:
    """How often each step of a stage was reported with a loss."""
    lines = ProgressReader(places.progress).read_new()
    return Counter(line["step"] for line in lines if line["stage"] == stage and "grad_norm" in line)


def weights_of(places: Places) -> str:
    return sha256_of(places.model / "model.safetensors")


def test_paused_and_taken_up_again_it_ends_with_the_same_weights(plan):
    from training.finetuning.program import main

    straight, paused = plan("straight", SFT, method="lora"), plan("paused", SFT, method="lora")
    main(straight.plan)
    paused.pause.touch()
    main(paused.plan)
    assert not paused.result.exists()
    assert set(steps_of(paused, 1)) == {1}
    paused.pause.unlink()
    main(paused.plan)
    assert steps_of(paused, 1) == steps_of(straight, 1) == {1: 1, 2: 1, 3: 1, 4: 1}
    assert weights_of(paused) == weights_of(straight)


def test_a_training_too_short_for_a_line_of_progress_still_shows_where_it_ended(plan):
    from training.finetuning.program import main

    places = plan("short", SFT | {"max_steps": 2, "logging_steps": 50})
    main(places.plan)
    assert steps_of(places, 1) == {2: 1}
    assert [line["step"] for line in ProgressReader(places.progress).read_new() if "eval_loss" in line][
        -1
    ] == 2


def test_killed_in_reinforcement_learning_it_goes_on_from_its_checkpoint(plan):
    from training.finetuning.program import main

    places = plan("killed", REWARD, RLOO)
    command = [sys.executable, "-m", "training.finetuning.program", str(places.plan)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        wait_for_checkpoint(places.stage(2, "rloo"), process)
        os.killpg(process.pid, signal.SIGKILL)
    assert not places.result.exists()
    main(places.plan)
    assert steps_of(places, 1) == {1: 1, 2: 1, 3: 1}
    assert set(steps_of(places, 2)) == {1, 2, 3, 4, 5}
    assert steps_of(places, 2)[1] == 1
    assert (places.reward_model / "model.safetensors").is_file()
    assert json.loads(places.result.read_text())["after"]["n_pairs"] > 10


def test_grpo_moves_the_model_by_the_reward_models_word(plan, base_model):
    from training.finetuning.program import main

    places = plan("grpo", REWARD | {"max_steps": 2}, RLOO | {"kind": "grpo", "max_steps": 3})
    main(places.plan)
    lines = [line for line in ProgressReader(places.progress).read_new() if line["stage"] == 2]
    rewards = {line["step"]: line["reward"] for line in lines if "reward" in line}
    assert sorted(rewards) == [1, 2, 3]
    assert len(set(rewards.values())) == 3
    assert weights_of(places) != sha256_of(base_model / "model.safetensors")


def test_several_processes_train_one_model_and_one_of_them_reports(plan):
    places = plan("two", SFT | {"max_steps": 2, "batch_size": 4})
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command += ["-m", "training.finetuning.program", str(places.plan)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    assert steps_of(places, 1) == {1: 1, 2: 1}
    assert places.result.exists()
    assert (places.model / "model.safetensors").is_file()


def wait_for_checkpoint(folder: Path, process: subprocess.Popen) -> None:
    """Wait until a whole checkpoint stands there, as long as the process lives."""
    while not any(folder.glob("checkpoint-*/trainer_state.json")):
        assert process.poll() is None, "the training ended before it could be killed"
        time.sleep(0.02)


def test_a_checkpoint_broken_off_in_writing_is_passed_over(tmp_path):
    from training.finetuning.program import latest_checkpoint

    for number, state in ((3, '{"global_step": 3}'), (10, '{"global'), (12, None)):
        checkpoint = tmp_path / f"checkpoint-{number}"
        checkpoint.mkdir()
        if state is not None:
            (checkpoint / "trainer_state.json").write_text(state)
    assert latest_checkpoint(tmp_path) == str(tmp_path / "checkpoint-3")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-3"]
