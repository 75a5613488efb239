"""The file beside each shard: it finds what a full reading finds, and costs no reading of the samples."""

import json
from pathlib import Path

import pytest

from tests.factories import make_adopted_constitution
from training.critique.finding import count_samples, find_samples
from training.critique.index import Wanted, index_of, path_of
from training.folders import run_folder, shard_of
from training.models import GenerationRun
from training.prompts import Prompt
from training.samples import to_sample
from training.services import execute_run, iterate_samples, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def run(monkeypatch) -> GenerationRun:
    monkeypatch.setattr("training.services.SHARD_SIZE", 5)
    prompts = [Prompt(f"What about Ärger {n}?", tags=("odd" if n % 2 else "even",)) for n in range(12)]
    run = start_run(
        constitution=make_adopted_constitution(),
        prompts=prompts,
        model="rehearsal/demonstration",
        options={"rounds": 1, "judge": "self"},
    )
    return execute_run(run=run)


def texts(run: GenerationRun, **wanted: str) -> list[str]:
    found = find_samples(run, Wanted(**wanted))
    return [sample.prompt for _, sample in found.page(0, found.n)]


def test_every_shard_has_an_index_as_soon_as_it_is_finished(run):
    for log in run.logs:
        assert path_of(run_folder(run) / log["samples"]).is_file()
    assert run.logs[2]["n_samples"] == 2


def test_samples_are_read_from_where_they_begin_over_shards(run):
    found = find_samples(run, Wanted())
    page = found.page(3, 8)
    assert [number for number, _ in page] == [4, 5, 6, 7, 8]
    assert [sample for _, sample in page] == list(iterate_samples(run))[3:8]


@pytest.mark.parametrize("principle", ["1", "2", "3"])
def test_a_principle_is_found_where_it_was_drawn(run, principle):
    expected = [s.prompt for s in iterate_samples(run) if s.steps[1]["principle"] == int(principle)]
    assert texts(run, principle=principle) == expected


def test_flags_tags_and_lengths_join(run):
    samples = [s for s in iterate_samples(run) if "odd" in s.tags and "judged_worse" in s.flags]
    expected = [s.prompt for s in samples if 300 <= len(s.final_text) < 1200]
    assert texts(run, tag="odd", flag="judged_worse", length="middle") == expected
    assert texts(run, tag="nobody has it") == []


def test_words_of_the_prompt_are_found_in_any_case(run):
    assert texts(run, words="ÄRGER 11") == ["What about Ärger 11?"]
    assert texts(run, words="prompt_id") == []


def test_a_page_reads_the_samples_it_shows_and_no_others(run, monkeypatch):
    read: list[str] = []

    def note(row):
        read.append(row["prompt"])
        return to_sample(row)

    monkeypatch.setattr("training.critique.index.to_sample", note)
    monkeypatch.setattr(
        "training.critique.index.make_index", lambda path: pytest.fail("the index was not used")
    )
    assert len(find_samples(run, Wanted(tag="odd")).page(2, 4)) == 2
    assert read == ["What about Ärger 5?", "What about Ärger 7?"]


def test_counts_are_those_of_a_full_reading(run):
    counts = count_samples(find_samples(run, Wanted()))
    samples = list(iterate_samples(run))
    assert counts["tags"] == {"even": 6, "odd": 6}
    assert counts["flags"]["judged_worse"] == sum("judged_worse" in s.flags for s in samples)
    assert sum(counts["principles"].values()) == 12


@pytest.mark.parametrize("left", [None, "not JSON", '{"n_bytes": 1, "offsets": []}', '{"other": 1}'])
def test_an_index_that_is_missing_or_wrong_is_made_anew(run, left):
    results = shard_of(run, 0).results
    whole = index_of(results)
    path_of(results).unlink() if left is None else path_of(results).write_text(left)
    assert index_of(results) == whole
    assert json.loads(path_of(results).read_text())["n_bytes"] == results.stat().st_size


def test_a_folder_that_may_only_be_read_still_shows_its_samples(run, monkeypatch):
    results = shard_of(run, 0).results
    path_of(results).unlink()

    def refuse(*args, **kwargs):
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", refuse)
    assert index_of(results).find(Wanted(tag="odd")) == [1, 3]
    assert not path_of(results).exists()
