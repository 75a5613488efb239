"""Helpful rows: read from the usual forms, drawn by seed, marked, and in the share that was asked for."""

import json

import pytest

from tests.factories import make_adopted_constitution
from training.datasets import DatasetError, ExportOptions, export_dataset
from training.datasets.mixing import HelpfulSource, read_helpful
from training.datasets.splitting import place_of, split_of
from training.prompt_sets.services import add_prompts, make_set
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def run(var_dir):
    prompts = [Prompt(f"Question {number}?") for number in range(12)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"rounds": 1}}
    return execute_run(run=start_run(constitution=make_adopted_constitution(), prompts=prompts, **rehearsal))


@pytest.fixture
def file_of(tmp_path):
    def write(*rows) -> HelpfulSource:
        path = tmp_path / "helpful.jsonl"
        path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return HelpfulSource(share=0.25, path=path)

    return write


def helpful_pairs(n: int) -> list[dict]:
    return [{"prompt": f"Help {k}?", "chosen": f"Gladly {k}.", "rejected": f"No {k}."} for k in range(n)]


def rows_of(folder, split="train") -> list[dict]:
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text().splitlines()]


def test_helpful_rows_make_up_their_share_and_say_so(run, file_of, tmp_path):
    options = ExportOptions("preference", helpful=file_of(*helpful_pairs(30)))
    tally = export_dataset(run=run, out=tmp_path / "out", options=options)
    assert tally.helpful_share == 0.25
    helpful = [row for row in rows_of(tmp_path / "out") if row["source"] == "helpful"]
    assert len(helpful) == 4
    assert all(row["principle_ids"] == [] and row["constitution_sha256"] == "" for row in helpful)
    card = (tmp_path / "out" / "README.md").read_text()
    assert "| helpful | 4 |" in card
    assert "25.0 % of all" in card
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["options"]["helpful"]["source"] == "helpful.jsonl"


def test_the_draw_is_fair_to_the_order_of_the_file_and_changes_with_the_seed(run, file_of, tmp_path):
    def drawn(rows, seed) -> set[str]:
        options = ExportOptions("preference", helpful=file_of(*rows), seed=seed)
        export_dataset(run=run, out=tmp_path / "out", options=options)
        return {row["sample_id"] for row in rows_of(tmp_path / "out") if row["source"] == "helpful"}

    rows = helpful_pairs(40)
    assert drawn(rows, 0) == drawn(rows[::-1], 0) != drawn(rows, 1)


def test_too_few_helpful_rows_are_all_taken_and_the_card_says_the_true_share(run, file_of, tmp_path):
    options = ExportOptions("preference", helpful=file_of(*helpful_pairs(1)))
    tally = export_dataset(run=run, out=tmp_path / "out", options=options)
    assert tally.items_by_source == {"constitution": 12, "helpful": 1}
    assert "7.7 % of all; 0.25 was asked for" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "Hey"}, {"role": "assistant", "content": "Hi."}]},
        {"prompt": "Hey", "completion": "Hi."},
        {"prompt": [{"role": "user", "content": "Hey"}], "answer": "Hi."},
        {"prompt": "Hey", "chosen": "Hi.", "rejected": "What?"},
        {
            "chosen": "\n\nHuman: Hey\n\nAssistant: Hi.",
            "rejected": "\n\nHuman: Hey\n\nAssistant: What?",
        },
    ],
)
def test_the_usual_forms_are_read(file_of, row):
    (item,) = read_helpful(file_of(row))
    assert (item.request, item.chosen) == ("Hey", "Hi.")
    assert item.rejected == ("What?" if "rejected" in row else "")


def test_a_dialogue_of_several_turns_with_colons_stays_whole(file_of):
    text = "\n\nHuman: Say: a\n\nAssistant: a: b\n\nHuman: Why?\n\nAssistant: "
    (item,) = read_helpful(file_of({"chosen": text + "So.", "rejected": text + "No."}))
    assert [message["content"] for message in item.prompt] == ["Say: a", "a: b", "Why?"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("no json", r"line 1: not a JSON object"),
        ([1], r"line 1: expected an object with .*, found list"),
        ({"prompt": "Hey"}, r"line 1: a prompt without an answer. Make a run over such prompts"),
        ({"text": "Hey"}, r"line 1: expected .*; found the columns text"),
        ({"prompt": "Hey", "completion": "  "}, r"“completion” must end with an assistant's answer"),
        (
            {"messages": [{"role": "user", "content": "Hey"}]},
            r"“messages” must end with an assistant's answer",
        ),
        ({"messages": "Hey"}, r"“messages” must be a list of"),
        ({"messages": [{"role": "assistant", "content": "Hi."}]}, r"must follow a user's message"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_what_is_wanted(file_of, row, complaint):
    with pytest.raises(DatasetError, match=complaint):
        list(read_helpful(file_of(row)))


def test_a_format_of_pairs_wants_rejected_answers(run, file_of, tmp_path):
    options = ExportOptions("preference", helpful=file_of({"prompt": "Hey", "completion": "Hi."}))
    with pytest.raises(DatasetError, match="has no row with a rejected answer"):
        export_dataset(run=run, out=tmp_path / "out", options=options)
    assert not (tmp_path / "out").exists()


def test_a_runs_first_answers_are_helpful_rows_of_no_principle(run):
    items = list(read_helpful(HelpfulSource(share=0.5, run=run)))
    assert len(items) == 12
    assert {item.source for item in items} == {"helpful"}
    assert all(item.details["principle_ids"] == [] and item.details["is_rehearsal"] for item in items)


@pytest.mark.parametrize("share", [0, 1, -0.1, 3])
def test_a_share_that_is_none_is_refused(file_of, share):
    with pytest.raises(DatasetError, match="more than 0 and less than 1"):
        HelpfulSource(share=share, path=file_of().path)


def test_a_prompt_is_held_out_by_its_content_alone(run, tmp_path):
    requests = [f"Question {number}?" for number in range(2000)]
    held_out = {request for request in requests if split_of(request, 0.1) == "held_out"}
    assert 140 < len(held_out) < 260
    assert held_out <= {request for request in requests if split_of(request, 0.2) == "held_out"}
    assert place_of("How  are you?") == place_of("how are\nYOU!")
    export_dataset(run=run, out=tmp_path / "out", options=ExportOptions("preference", held_out=0.5))
    for split in ("train", "held_out"):
        for row in rows_of(tmp_path / "out", split):
            assert split_of(row["prompt"][0]["content"], 0.5) == split
    assert len(rows_of(tmp_path / "out", "train") + rows_of(tmp_path / "out", "held_out")) == 12


def test_what_a_prompt_set_keeps_back_is_never_trained_on(run, tmp_path):
    export_dataset(run=run, out=tmp_path / "before", options=ExportOptions("preference"))
    asked = [row["prompt"][0]["content"] for row in rows_of(tmp_path / "before", "train")]
    kept = make_set(slug="kept")
    add_prompts(prompt_set=kept, prompts=[Prompt(asked[0].upper()), Prompt(asked[1])])
    kept.prompts.filter(text=asked[0].upper()).update(is_held_out=True)
    kept.prompts.filter(text=asked[1]).update(is_held_out=False)
    export_dataset(run=run, out=tmp_path / "after", options=ExportOptions("preference"))
    assert [row["prompt"][0]["content"] for row in rows_of(tmp_path / "after", "held_out")] == asked[:1]
    assert len(rows_of(tmp_path / "after", "train")) == len(asked) - 1
