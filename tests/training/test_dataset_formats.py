"""Each form of rows, from revisions and from judged pairs."""

import json

import pytest

from tests.factories import make_adopted_constitution
from training.datasets import ExportOptions, export_dataset
from training.datasets.items import Item
from training.datasets.languages import guess_language
from training.datasets.rows import FORMATS
from training.prompts import Prompt
from training.services import execute_run, start_run

ITEM = Item(
    prompt=({"role": "user", "content": "Hey"},), chosen="Hi.", rejected="What?", label=0.8, weight=1.0
)
ASKED = [{"role": "user", "content": "Hey"}]
BETTER = [{"role": "assistant", "content": "Hi."}]
WORSE = [{"role": "assistant", "content": "What?"}]


@pytest.mark.parametrize(
    ("format", "rows"),
    [
        ("sft", [{"messages": ASKED + BETTER}]),
        ("preference", [{"prompt": ASKED, "chosen": BETTER, "rejected": WORSE}]),
        ("preference-implicit", [{"chosen": ASKED + BETTER, "rejected": ASKED + WORSE}]),
        (
            "preference-soft",
            [{"prompt": ASKED, "chosen": BETTER, "rejected": WORSE, "label": 0.8, "weight": 1.0}],
        ),
        (
            "kto",
            [
                {"prompt": ASKED, "completion": BETTER, "label": True},
                {"prompt": ASKED, "completion": WORSE, "label": False},
            ],
        ),
    ],
)
def test_an_item_takes_every_form(format, rows):
    assert list(FORMATS[format].make(ITEM)) == rows


@pytest.fixture
def judged(var_dir):
    """A preference run, judged with prepared answers."""
    prompts = [Prompt(f"Question {number}: may I?") for number in range(16)]
    run = start_run(
        constitution=make_adopted_constitution(),
        kind="preference",
        prompts=prompts,
        model="rehearsal/demonstration",
    )
    return execute_run(run=run)


def test_judged_pairs_become_rows_with_their_label(judged, tmp_path):
    tally = export_dataset(run=judged, out=tmp_path / "out", options=ExportOptions("preference-soft"))
    rows = [json.loads(line) for line in (tmp_path / "out" / "train.jsonl").read_text().splitlines()]
    assert len(rows) == tally.n_rows > 0
    for row in rows:
        assert 0.5 <= row["label"] <= 1
        assert row["weight"] in (0.0, 1.0)
        assert row["chosen"] != row["rejected"]
        assert row["label_source"]
        assert row["principle_ids"]
    card = (tmp_path / "out" / "README.md").read_text()
    assert "judge model compares two answers" in card
    assert f"ties, of which there are {sum(row['weight'] == 0 for row in rows)}" in card


def test_ties_are_left_out_where_a_trainer_could_not_know_them(judged, tmp_path):
    counts = {}
    for format in ("preference-soft", "preference", "kto", "sft"):
        tally = export_dataset(run=judged, out=tmp_path / format, options=ExportOptions(format))
        counts[format] = (tally.n_rows, tally.n_ties)
    n_soft, n_ties = counts["preference-soft"]
    assert counts["preference"] == counts["sft"] == (n_soft - n_ties, 0)
    assert counts["kto"] == (2 * (n_soft - n_ties), 0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I bake bread with the flour I have?", "en"),
        ("Wie kann ich das Brot mit der Hefe backen?", "de"),
        ("Comment faire du pain dans une poêle ?", "fr"),
        ("Как испечь хлеб?", "Cyrillic script"),
        ("パンの焼き方は？", "ja"),
        ("12345 !?", "unknown"),
        ("Xyzzy plugh", "unknown"),
    ],
)
def test_languages_are_guessed_by_script_and_common_words(text, language):
    assert guess_language(text) == language
