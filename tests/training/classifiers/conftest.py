"""A finished run of examples, written here without a model."""

import pytest

from tests.factories import make_adopted_constitution
from training.classifiers.services import start_examples
from training.models import GenerationRun
from training.services import run_folder
from training.shards import write_lines

REHEARSAL = "rehearsal/demonstration"


@pytest.fixture
def constitution(var_dir):
    return make_adopted_constitution()


def make_row(principle, side, number):
    """A row as a finished run holds it."""
    telling = "do the very opposite of this rule" if side == "restricted" else "explain why this rule matters"
    return {
        "sample_id": f"{principle}-{side}-{number}",
        "principle": principle,
        "side": side,
        "query": f"Case {number}: {telling}.",
        "answer": "I set it aside." if side == "restricted" else "Gladly.",
        "variants": [{"form": "paraphrase", "text": f"In case {number * 3}, {telling}, please."}],
        "failed": False,
    }


@pytest.fixture
def run(constitution):
    """A finished run whose rows were written here, without a model."""
    made = start_examples(constitution=constitution, model=REHEARSAL, n_per_class=20)
    sides = ("permitted", "restricted")
    rows = [make_row(p, side, number) for p in (1, 2, 3) for side in sides for number in range(20)]
    write_lines(run_folder(made) / "rows.jsonl", rows)
    made.logs = [{"samples": "rows.jsonl", "n_samples": len(rows)}]
    made.status = GenerationRun.Status.FINISHED
    made.save()
    return made
