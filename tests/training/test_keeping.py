"""What is kept of calls: whole records alone, in order, with what was begun and never ended."""

import pytest

from training.keeping import Keeper
from training.prices import Amount

WORST, COST = Amount(100, 50), Amount(30, 10)
SAMPLE = "ab12"


@pytest.fixture
def keeper(tmp_path) -> Keeper:
    return Keeper(tmp_path, "this-run")


def test_an_answer_is_found_under_its_key_alone(keeper):
    keeper.begin(SAMPLE, "one", WORST)
    keeper.keep(SAMPLE, "one", COST, '{"text": "a\\nb"}')
    assert keeper.find(SAMPLE, "one") == '{"text": "a\\nb"}'
    assert keeper.find(SAMPLE, "on") is None
    assert keeper.find("other", "one") is None


def test_a_record_broken_off_in_writing_does_not_count(keeper):
    keeper.begin(SAMPLE, "one", WORST)
    keeper.keep(SAMPLE, "one", COST, "a long answer")
    path = keeper.path_of(SAMPLE)
    path.write_bytes(path.read_bytes()[:-6])
    assert keeper.find(SAMPLE, "one") is None
    keeper.keep(SAMPLE, "one", COST, "the answer")
    assert keeper.find(SAMPLE, "one") == "the answer"


def test_what_was_begun_and_never_ended_is_known(keeper):
    for key in ("one", "two", "three"):
        keeper.begin(SAMPLE, key, WORST)
    keeper.keep(SAMPLE, "one", COST, "answer")
    keeper.fail(SAMPLE, "two")
    use = keeper.use_of([SAMPLE, "never asked"])
    assert use.spent == COST
    assert use.open == {"three": WORST}


def test_a_call_begun_again_after_a_death_counts_twice(keeper):
    for _ in range(2):
        keeper.begin(SAMPLE, "one", WORST)
    keeper.keep(SAMPLE, "one", COST, "answer")
    use = keeper.use_of([SAMPLE])
    assert (use.spent, use.open) == (COST, {"one": WORST})


def test_what_another_run_paid_for_is_found_and_costs_nothing(keeper, tmp_path):
    keeper.keep(SAMPLE, "one", COST, "answer")
    other = Keeper(tmp_path, "other-run")
    assert other.find(SAMPLE, "one") == "answer"
    assert other.use_of([SAMPLE]).spent == Amount()
