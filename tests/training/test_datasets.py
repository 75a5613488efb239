"""A dataset is whole, valid, the same each time, and says what it is made of."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.factories import make_adopted_constitution
from training.datasets import DatasetError, RunNotFinished, Tally, export_dataset
from training.datasets.items import Item
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, run_folder, start_run

pytestmark = pytest.mark.usefixtures("var_dir")

PROMPTS = [Prompt(f"Question {number}?", tags=("benign",), source_id=str(number)) for number in range(7)]


def make_run(**options) -> GenerationRun:
    defaults = {"prompts": PROMPTS, "model": "rehearsal/demonstration", "options": {"rounds": 2}}
    return start_run(constitution=make_adopted_constitution(), **(defaults | options))


@pytest.fixture
def finished(var_dir) -> GenerationRun:
    return execute_run(run=make_run())


def rows_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]


def test_preference_rows_set_the_final_revision_against_the_first_answer(finished, tmp_path):
    export_dataset(run=finished, format="preference", out=tmp_path / "out")
    rows = rows_of(tmp_path / "out")
    assert [row["prompt"][0]["content"] for row in rows] == [prompt.text for prompt in PROMPTS]
    for row in rows:
        assert [message["role"] for message in row["chosen"] + row["rejected"]] == ["assistant", "assistant"]
        assert row["chosen"] != row["rejected"]
        assert row["chosen"][0]["content"].strip()
        assert len(row["principle_ids"]) == 2
        assert row["constitution_sha256"] == finished.constitution_sha256
        assert (row["model"], row["seed"], row["step"]) == ("rehearsal/demonstration", 0, 2)
        assert (row["parse_status"], row["is_rehearsal"], row["run_id"]) == ("ok", True, str(finished.pk))
        assert json.loads(row["sampling"])["max_tokens"] == 1024


def test_sft_rows_hold_the_final_revision(finished, tmp_path):
    export_dataset(run=finished, format="sft", out=tmp_path / "sft")
    export_dataset(run=finished, format="preference", out=tmp_path / "preference")
    for row, pair in zip(rows_of(tmp_path / "sft"), rows_of(tmp_path / "preference"), strict=True):
        assert row["messages"] == pair["prompt"] + pair["chosen"]


@pytest.mark.parametrize("format", ["sft", "preference"])
def test_parquet_and_json_lines_hold_the_same_rows(finished, tmp_path, format):
    export_dataset(run=finished, format=format, out=tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "train.parquet")
    assert table.to_pylist() == rows_of(tmp_path / "out")


def test_the_manifest_names_every_file_with_its_hash(finished, tmp_path):
    export_dataset(run=finished, format="sft", out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert set(manifest["files"]) == {"README.md", "train.jsonl", "train.parquet"}
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == entry["sha256"]
    assert (manifest["n_rows"], manifest["is_rehearsal"]) == (7, True)


def test_the_card_says_what_a_reader_must_know(finished, tmp_path):
    export_dataset(run=finished, format="preference", out=tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    for words in (
        "Rehearsal",
        "No judge decided",
        finished.constitution_sha256,
        "promise number 3",
        "consent",
    ):
        assert words in card
    assert "7 rows of 7 prompts" in card


def test_the_same_run_gives_the_same_bytes(finished, tmp_path):
    for name in ("one", "two"):
        export_dataset(run=finished, format="preference", out=tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_an_earlier_export_is_replaced_and_anything_else_is_left_alone(finished, tmp_path):
    export_dataset(run=finished, format="sft", out=tmp_path / "out")
    export_dataset(run=finished, format="preference", out=tmp_path / "out")
    assert "chosen" in rows_of(tmp_path / "out")[0]

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    with pytest.raises(DatasetError, match="holds other files"):
        export_dataset(run=finished, format="sft", out=tmp_path / "mine")
    with pytest.raises(DatasetError, match="is a file"):
        export_dataset(run=finished, format="sft", out=tmp_path / "mine" / "letter.txt")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep me"


def test_an_unfinished_run_gives_no_dataset(tmp_path):
    with pytest.raises(RunNotFinished, match="0 of 7 samples"):
        export_dataset(run=make_run(), format="sft", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_changed_samples_are_noticed(finished, tmp_path):
    path = run_folder(finished) / finished.logs[0]["samples"]
    path.write_text(path.read_text().replace("Question 0", "Question 9"))
    with pytest.raises(DatasetError, match="not the one"):
        export_dataset(run=finished, format="sft", out=tmp_path / "out")
    assert list(tmp_path.glob(".out*")) == []


def test_samples_without_a_revision_are_dropped_with_their_reason(monkeypatch, tmp_path):
    monkeypatch.setattr("training.rehearsal.revise", lambda answer, number: answer if number % 2 else "")
    run = execute_run(run=make_run())
    tally = export_dataset(run=run, format="preference", out=tmp_path / "out")
    assert tally.n_rows == 0
    assert sum(tally.dropped.values()) == 7
    card = (tmp_path / "out" / "README.md").read_text()
    assert "no revision could be read" in card or "the revision equals the first answer" in card


def test_lengths_duplicates_and_flags_are_counted():
    item = Item(
        prompt=({"role": "user", "content": "?"},),
        chosen="Longer text.",
        rejected="Short",
        tags=("benign",),
        details={"principle_ids": [3], "flags": ["answer_refuses"]},
    )
    tally = Tally()
    for _ in range(2):
        tally.add(item, "train")
    assert (tally.n_rows, tally.n_duplicates, tally.n_longer) == (2, 1, 2)
    assert tally.flags == {"answer_refuses": 2}
    assert tally.principles == {3: 2}


def test_card_and_manifest_say_where_the_prompts_come_from(tmp_path):
    told = "the prompt set “town” (Meeting of the town; licence CC BY 4.0)"
    run = execute_run(run=make_run(prompts_from=told))
    export_dataset(run=run, format="sft", out=tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert f"| Prompts | {told} |" in card
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["prompts_from"] == told
