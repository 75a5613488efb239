"""A run's page: dialogues with changes marked, provenance, verdicts, flags, filters, and Inspect's viewer."""

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from analysis.services import run_analysis
from constitution.services import adopt_constitution, draft_constitution, save_rule
from tests.factories import make_adopted_constitution, make_divided_conversation
from training.critique.smoke import start_smoke
from training.datasets.exports import start_export
from training.datasets.mixing import HelpfulSource
from training.datasets.writing import ExportOptions
from training.folders import run_folder
from training.log_views import viewer_policy
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, iterate_samples, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


def make_run(n_prompts: int = 4, constitution=None, **options) -> GenerationRun:
    run = start_run(
        constitution=constitution or make_adopted_constitution(),
        prompts=[Prompt(f"Question number {n}?", tags=("benign",)) for n in range(n_prompts)],
        model="rehearsal/demonstration",
        options={"rounds": 2, **options},
    )
    return execute_run(run=run)


def read(client, run: GenerationRun, **query) -> str:
    return client.get(reverse("training:run", args=[run.pk]), query).content.decode()


def test_changes_are_marked_and_can_be_left_unmarked(reader):
    run = make_run(1)
    (sample,) = iterate_samples(run)
    assert "<ins>" in read(reader, run)
    plain = read(reader, run, texts="plain").split('id="samples"')[1]
    assert "<ins>" not in plain
    assert "Mark what changed" in plain
    assert sample.final_text.split(".")[0] in plain


def test_principle_statements_and_votes_stand_beside(reader):
    analysis = run_analysis(conversation=make_divided_conversation())
    rule = save_rule(name="everyone", min_level=0.5, min_votes_per_group=3)
    run = make_run(
        1, constitution=adopt_constitution(constitution=draft_constitution(analysis=analysis, rule=rule))
    )
    page = read(reader, run)
    (sample,) = iterate_samples(run)
    principle = run.constitution.principles.get(position=sample.steps[1]["principle"])
    assert f"/constitution/{run.constitution.version}/principles/{principle.position}/" in page
    assert escape(principle.sources.first().original_text) in page
    assert re.search(r"\d+ agree, \d+ disagree, \d+ pass", page)


def test_the_judge_is_quoted_and_what_it_left_is_said(reader):
    page = read(reader, make_run(12, judge="self", keep="best"))
    assert "Judged by the model itself:" in page
    assert "Revision, not taken over" in page


def test_flags_have_counts_and_intervals(reader):
    run = make_run(8)
    n = sum("longer" in sample.flags for sample in iterate_samples(run))
    assert n
    page = read(reader, run)
    assert "What was flagged" in page
    assert "Of 8 finished dialogues" in page
    assert f"much longer than the first answer ({n})" in page


def test_filters_show_what_they_name(reader):
    run = make_run(8)
    longer = [sample for sample in iterate_samples(run) if "longer" in sample.flags]
    page = read(reader, run, flag="longer")
    assert page.count("<article") == len(longer)
    assert f"{len(longer)} of 8 dialogues" in page
    assert read(reader, run, words="number 3").count("<article") == 1
    assert "No dialogue is like this" in read(reader, run, words="nowhere")


@pytest.mark.parametrize(
    "query", [{"flag": "made up"}, {"length": "endless"}, {"page": "0"}, {"page": "x"}, {"principle": ""}]
)
def test_filters_nobody_offers_change_nothing(reader, query):
    assert read(reader, make_run(2), **query).count("<article") == 2


def test_smoke_is_offered_then_reported_with_its_answers_one_click_away(reader):
    run = make_run(1)
    assert "Answer the smoke set" in read(reader, run)
    smoke = execute_run(run=start_smoke(run))
    page = read(reader, run)
    assert "apologized to" in page
    assert reverse("training:run", args=[smoke.pk]) in page
    assert "The smoke set, answered" in read(reader, smoke)


def test_facts_name_the_recipe(reader):
    page = read(reader, make_run(1, critique=False, framing="negative", examples=False, samples=2))
    for words in (
        "revisions without a critique",
        "2, with seeds",
        "negative framing",
        "no worked examples",
        "none mixed in yet",
        "benign 100 %",
    ):
        assert words in page


def test_the_share_of_helpful_data_is_shown(reader):
    run, helpful = make_run(1), make_run(1)
    source = HelpfulSource(share=0.25, run=helpful)
    start_export(run=run, options=ExportOptions("sft", helpful=source))
    assert "25% of the sft dataset" in read(reader, run)


def test_a_run_of_another_kind_has_a_page_too(reader):
    run = start_run(
        constitution=make_adopted_constitution(),
        kind="coverage",
        prompts=[Prompt("hello?")],
        model="rehearsal/demonstration",
    )
    page = read(reader, execute_run(run=run))
    assert "sets of prompts" in page
    assert "Inspect’s log viewer" in page


class TestLogViewer:
    def address(self, run: GenerationRun, name: str = "log_viewer", *more: str, number: int = 0) -> str:
        return reverse(f"training:{name}", args=[run.pk, number, *more])

    def test_the_viewer_comes_with_its_own_policy(self, reader):
        response = reader.get(self.address(make_run(1)))
        assert b'id="log_dir_context"' in response.content
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self' 'sha256-" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        assert set(viewer_policy()) > {"script-src", "connect-src"}

    def test_the_listing_names_the_log_and_the_log_comes_in_parts(self, reader):
        run = make_run(1)
        (name,) = reader.get(self.address(run, "log_listing")).json()
        whole = (run_folder(run) / run.logs[0]["file"]).read_bytes()
        address = self.address(run, "log_file", name)
        assert b"".join(reader.get(address).streaming_content) == whole
        part = reader.get(address, headers={"Range": "bytes=2-9"})
        assert (part.status_code, part.content) == (206, whole[2:10])
        assert part.headers["Content-Range"] == f"bytes 2-9/{len(whole)}"
        tail = reader.get(address, headers={"Range": f"bytes={len(whole) - 4}-"})
        assert tail.content == whole[-4:]
        assert reader.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416

    def test_assets_are_served_and_nothing_beside_them(self, reader):
        run = make_run(1)
        response = reader.get(self.address(run, "log_asset", "index.js"))
        assert (response.status_code, response.headers["Content-Type"]) == (200, "text/javascript")
        for name in ("..", "missing.js", "%2e%2e"):
            assert reader.get(self.address(run, "log_asset", name)).status_code == 404

    def test_what_is_not_there_is_not_found(self, reader):
        run = make_run(1)
        assert reader.get(self.address(run, number=1)).status_code == 404
        assert reader.get(self.address(run, "log_file", "other.eval")).status_code == 404

    def test_strangers_are_asked_to_sign_in(self, client):
        run = make_run(1)
        for address in (self.address(run), self.address(run, "log_listing")):
            assert "login" in client.get(address).url
