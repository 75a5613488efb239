"""From a row back to statements and their authors; what rests on withdrawn statements can be left out."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from constitution.models import PrincipleSource
from constitution.services import adopt_constitution
from tests.factories import make_draft_constitution, make_facilitator, make_participant, make_statement
from training.datasets import DatasetError, ExportOptions, export_dataset
from training.datasets.exports import execute_export, start_export, withdrawn_since
from training.datasets.mixing import HelpfulSource
from training.datasets.tracing import trace_rows
from training.prompts import Prompt
from training.services import execute_run, start_run
from voting.own_data import delete_participant

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def people(var_dir):
    """Ada wrote statement 1, Ben statement 2; statement 3 is a seed."""
    draft = make_draft_constitution(n_principles=3)
    ada, ben = (make_participant(draft.conversation, number) for number in (1, 2))
    sources = {1: (1,), 2: (1, 2), 3: (3,)}
    authors = {1: {"author": ada}, 2: {"author": ben}, 3: {"is_seed": True}}
    statements = {
        number: make_statement(draft.conversation, f"Statement {number}.", number=number, **who)
        for number, who in authors.items()
    }
    for principle in draft.principles.all():
        for number in sources[principle.position]:
            PrincipleSource.objects.create(
                principle=principle, statement=statements[number], original_text=statements[number].text
            )
    return adopt_constitution(constitution=draft), ada, ben


@pytest.fixture
def run(people):
    prompts = [Prompt(f"Question {number}?") for number in range(20)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"rounds": 1}}
    return execute_run(run=start_run(constitution=people[0], prompts=prompts, **rehearsal))


def export(run, folder, **options) -> list[dict]:
    export_dataset(run=run, out=folder, options=ExportOptions("sft", **options))
    return [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]


def test_every_row_names_the_statements_behind_its_principles(run, tmp_path):
    behind = {1: [1], 2: [1, 2], 3: [3]}
    rows = export(run, tmp_path / "out")
    assert {row["principle_ids"][0] for row in rows} == {1, 2, 3}
    for row in rows:
        assert row["statements"] == behind[row["principle_ids"][0]]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [entry["statements"] for entry in manifest["principles"]] == [[1], [1, 2], [3]]


@pytest.mark.parametrize(("rule", "left"), [("", {1, 2, 3}), ("only", {2, 3}), ("any", {3})])
def test_rows_of_a_withdrawn_author_are_left_out_by_the_rule(run, people, tmp_path, rule, left):
    delete_participant(participant=people[1])
    rows = export(run, tmp_path / "out", without_withdrawn=rule)
    assert {row["principle_ids"][0] for row in rows} == left
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["withdrawn_statements"] == [1]
    assert len(manifest["dropped_as_withdrawn"]) == 20 - len(rows)
    assert "Statements whose authors have withdrawn: 1." in (tmp_path / "out" / "README.md").read_text()


def test_while_nobody_has_withdrawn_nothing_is_left_out(run, tmp_path):
    assert len(export(run, tmp_path / "out", without_withdrawn="any")) == 20


def test_statements_can_be_named_too(run, tmp_path):
    rows = export(run, tmp_path / "out", without_statements=(3,))
    assert {row["principle_ids"][0] for row in rows} == {1, 2}
    with pytest.raises(DatasetError, match="comes from statement 7; its statements are: 1, 2, 3"):
        export(run, tmp_path / "out", without_statements=(7,))


def test_the_commands_say_how_many_and_which(run, people, tmp_path, capsys):
    out = str(tmp_path / "out")
    call_command("export_dataset", str(run.pk), "--format", "sft", "--out", out)
    capsys.readouterr()
    call_command("trace_rows", out, "--participant", "2")
    said = capsys.readouterr().out
    assert "rows rest on statements 2." in said
    assert said.count("principles 2  statements 2") == said.count("train.jsonl:") > 0

    delete_participant(participant=people[1])
    call_command("trace_rows", out, "--withdrawn")
    n_touched = capsys.readouterr().out.count("train.jsonl:")
    call_command("export_dataset", str(run.pk), "--format", "sft", "--out", out, "--without-withdrawn", "any")
    said = capsys.readouterr().out
    assert f"{20 - n_touched} rows, {n_touched} samples dropped" in said
    assert len(said.split("Left out for withdrawn statements: ")[1].split()) == n_touched


def test_no_withdrawn_statement_leaves_all_rows_alone(run, tmp_path, capsys):
    out = str(tmp_path / "out")
    call_command("export_dataset", str(run.pk), "--format", "sft", "--out", out)
    call_command("trace_rows", out, "--withdrawn")
    assert "No statement is like that: all 20 rows are left alone." in capsys.readouterr().out


def test_a_folder_that_is_no_dataset_is_named(tmp_path, db):
    with pytest.raises(CommandError, match=r"manifest.json cannot be read"):
        call_command("trace_rows", str(tmp_path), "--statements", "1")


@pytest.fixture
def pairs(people):
    """Judged pairs under the same constitution, all of other prompts."""
    prompts = [Prompt(f"Recipe {number}?") for number in range(20)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"samples": 1}, "kind": "preference"}
    return execute_run(run=start_run(constitution=people[0], prompts=prompts, **rehearsal))


@pytest.fixture
def foreign_pairs(var_dir):
    """Judged pairs of another conversation, whose only statement has the number 1 too; and its author."""
    draft = make_draft_constitution(n_principles=1)
    author = make_participant(draft.conversation, 1)
    statement = make_statement(draft.conversation, "Elsewhere.", number=1, author=author)
    PrincipleSource.objects.create(
        principle=draft.principles.get(), statement=statement, original_text=statement.text
    )
    constitution = adopt_constitution(constitution=draft)
    prompts = [Prompt(f"Elsewhere {number}?") for number in range(12)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"samples": 1}, "kind": "preference"}
    return execute_run(run=start_run(constitution=constitution, prompts=prompts, **rehearsal)), author


def helpful_rows(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["source"] == "helpful"]


def test_helpful_pairs_of_a_withdrawn_author_are_not_drawn(run, people, pairs, tmp_path):
    mixed = {"helpful": HelpfulSource(share=0.3, run=pairs)}
    behind = {n for row in helpful_rows(export(run, tmp_path / "all", **mixed)) for n in row["statements"]}
    assert 1 in behind
    delete_participant(participant=people[1])
    left = helpful_rows(export(run, tmp_path / "less", **mixed, without_withdrawn="any"))
    assert left
    assert {n for row in left for n in row["statements"]} == {3}


def test_helpful_pairs_of_another_conversation_name_its_statements(
    run, people, foreign_pairs, tmp_path, capsys
):
    pairs, author = foreign_pairs
    out = tmp_path / "out"
    mixed = {"helpful": HelpfulSource(share=0.3, run=pairs)}
    assert helpful_rows(export(run, out, **mixed, without_statements=(1,)))
    helpful = helpful_rows(export(run, out, **mixed))
    assert {row["constitution_sha256"] for row in helpful} == {pairs.constitution_sha256}
    assert all(row["statements"] == [1] for row in helpful)
    assert len(list(trace_rows(out, {pairs.constitution_sha256: {1}}))) == len(helpful)
    call_command("trace_rows", str(out), "--withdrawn")
    assert "No statement is like that" in capsys.readouterr().out
    delete_participant(participant=author)
    call_command("trace_rows", str(out), "--withdrawn")
    assert f"{len(helpful)} of {20 + len(helpful)} rows rest on statements 1." in capsys.readouterr().out
    card = (out / "README.md").read_text()
    assert f"compared under {pairs.constitution.reference}" in card


def test_after_a_withdrawal_the_same_choices_make_another_dataset(run, people, client):
    options = ExportOptions("sft", without_withdrawn="any")
    before = execute_export(export=start_export(run=run, options=options))
    assert start_export(run=run, options=options) == before
    assert withdrawn_since(before) == []
    delete_participant(participant=people[1])
    after = execute_export(export=start_export(run=run, options=options))
    assert (before.n_rows, withdrawn_since(before)) == (20, [1])
    assert after.n_rows < 20
    assert withdrawn_since(after) == []
    client.force_login(make_facilitator())
    page = client.get(reverse("training:exports", args=[run.pk])).content.decode()
    assert page.count("Statement 1 was withdrawn since.") == 1
