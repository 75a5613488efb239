"""What is exported loads with the usual library, and TRL's trainers take it unchanged. The network is off."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.factories import make_adopted_constitution
from training.datasets import FORMATS, ExportOptions, export_dataset
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = [
    pytest.mark.usefixtures("var_dir"),
    pytest.mark.skipif(find_spec("trl") is None, reason="trl is not installed: make train"),
]


@pytest.fixture
def run(var_dir) -> GenerationRun:
    prompts = [Prompt(f"Question {number}: how do I say no kindly?") for number in range(12)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"rounds": 1}}
    return execute_run(run=start_run(constitution=make_adopted_constitution(), prompts=prompts, **rehearsal))


@pytest.fixture
def folder_of(run, tmp_path) -> Callable[[str], Path]:
    def export(format: str) -> Path:
        export_dataset(run=run, out=tmp_path / format, options=ExportOptions(format, held_out=0.3))
        return tmp_path / format

    return export


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    from training.finetuning.tiny import make_tiny_model

    return make_tiny_model(tmp_path_factory.mktemp("tiny"), texts=["how do I say no kindly"] * 9)


@pytest.mark.parametrize("format", FORMATS)
def test_folder_and_files_load_alike(folder_of, format, tmp_path):
    from datasets import load_dataset

    folder, cache = folder_of(format), str(tmp_path / "cache")
    whole = load_dataset(str(folder), cache_dir=cache)
    assert set(whole) == {"train", "held_out"}
    for split, rows in whole.items():
        for kind, suffix in (("parquet", "parquet"), ("json", "jsonl")):
            path = str(folder / f"{split}.{suffix}")
            loaded = load_dataset(kind, data_files=path, split="train", cache_dir=cache)
            assert loaded.to_list() == rows.to_list()


@pytest.mark.parametrize(
    ("format", "trainer"),
    [
        ("sft", "SFT"),
        ("preference", "DPO"),
        ("preference-implicit", "DPO"),
        ("preference-soft", "DPO"),
        ("preference", "Reward"),
        ("preference-implicit", "Reward"),
        ("kto", "KTO"),
    ],
)
def test_trl_trains_on_the_rows_as_they_are(folder_of, tiny, tmp_path, format, trainer):
    import trl
    from datasets import load_dataset

    rows = load_dataset(str(folder_of(format)), cache_dir=str(tmp_path / "cache"))
    quick = {
        "max_steps": 1,
        "per_device_train_batch_size": 4,
        "use_cpu": True,
        "bf16": False,
        "report_to": [],
    }
    trained = getattr(trl, f"{trainer}Trainer")(
        model=str(tiny),
        args=getattr(trl, f"{trainer}Config")(output_dir=str(tmp_path / "out"), **quick),
        train_dataset=rows["train"],
        eval_dataset=rows["held_out"],
    )
    assert trained.train().training_loss > 0
    assert trained.evaluate()["eval_loss"] > 0
