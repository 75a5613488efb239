"""The commands: draft, adopt, export, verify, and all of it in one."""

import json

import pytest
from django.core.management import CommandError, call_command

from constitution.models import Constitution, Rule
from constitution.services import draft_constitution

pytestmark = pytest.mark.django_db

SPEC = "level=0.75,min_votes=3,order=number"


def run(capsys, *arguments, **options):
    call_command(*arguments, **options)
    return capsys.readouterr().out


def test_drafting_saves_the_rule_and_says_what_came_of_it(capsys, analysis):
    said = run(capsys, "draft_constitution", "town", rule=SPEC)
    assert said == "town@1 (draft): 4 principles, 1 of them for a person to word.\n"
    assert Rule.objects.get().order == "number"


def test_drafting_twice_changes_nothing(capsys, analysis):
    assert run(capsys, "draft_constitution", "town", rule=SPEC) == run(
        capsys, "draft_constitution", "town", rule=SPEC
    )


def test_a_saved_rule_is_named(capsys, analysis, rule):
    assert "town@1" in run(capsys, "draft_constitution", "town", rule="most")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "There is no conversation 'nowhere'"),
        (["town", "--analysis", "7"], "no such analysis"),
        (["town", "--rule", "unknown"], "There is no rule “unknown”"),
        (["town", "--rule", "height=3"], "A rule has no “height”"),
        (["town", "--rule", "level=high"], "“high” is no level"),
        (["town", "--rule", "level=7"], "must lie between 0 and 1"),
        (["town", "--rule", "level=0.99,min_votes=0"], "No statement qualifies"),
    ],
)
def test_a_draft_that_cannot_be_made_says_why(analysis, arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("draft_constitution", *arguments)


def test_adopting_prints_the_hash_and_may_be_repeated(capsys, draft):
    said = run(capsys, "adopt_constitution", "town", "--accept-flagged")
    draft.refresh_from_db()
    assert said == f"town@1 is adopted. SHA-256: {draft.sha256}\n"
    assert "was adopted already" in run(capsys, "adopt_constitution", "town")


def test_flagged_principles_are_listed_before_adopting(draft):
    with pytest.raises(CommandError, match="--accept-flagged"):
        call_command("adopt_constitution", "town@1")


def test_adopting_nothing_says_so(conversation):
    with pytest.raises(CommandError, match="There is no constitution of “town” yet"):
        call_command("adopt_constitution", "town")


def test_a_draft_after_an_adopted_version_is_the_one_adopted(capsys, adopted, analysis, rule):
    draft_constitution(analysis=analysis, rule=rule)
    assert "town@2 is adopted" in run(capsys, "adopt_constitution", "town", "--accept-flagged")


def test_an_export_can_be_verified(capsys, adopted, tmp_path):
    path = tmp_path / "constitution.json"
    run(capsys, "export_constitution", "town", "--out", str(path))
    assert "is what this site adopted" in run(capsys, "verify_constitution", str(path))
    path.write_text(path.read_text().replace("tells the truth", "tells lies"))
    with pytest.raises(CommandError, match=r"First difference: principles\[0\]\.text"):
        call_command("verify_constitution", str(path))


def test_an_export_goes_to_the_terminal(capsys, adopted):
    assert "1. Choose the response" in run(capsys, "export_constitution", "town@1", "--format", "prompt")


def test_an_export_that_cannot_be_written_says_why(adopted, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_constitution", "town", "--out", str(tmp_path))
    with pytest.raises(CommandError, match="There is no constitution of “nowhere” yet"):
        call_command("export_constitution", "nowhere")


def test_a_file_that_is_none_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_constitution", str(tmp_path / "none.json"))


@pytest.fixture
def export_folder(tmp_path):
    """A small Polis export: three statements, two camps of twelve."""
    folder = tmp_path / "small-town"
    folder.mkdir()
    comments = ["timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body"]
    texts = ["AI should be kind", "AI should take sides", "AI should never lie"]
    comments += [f"0,{number},0,0,0,1,{text}" for number, text in enumerate(texts)]
    votes = ["timestamp,comment-id,voter-id,vote"]
    votes += [f"{p},{s},{p},{-1 if s == 1 and p % 2 else 1}" for p in range(24) for s in range(3)]
    (folder / "comments.csv").write_text("\n".join(comments) + "\n")
    (folder / "votes.csv").write_text("\n".join(votes) + "\n")
    return folder


def test_one_command_goes_from_votes_to_every_file(capsys, export_folder, tmp_path):
    out = tmp_path / "out"
    arguments = [str(export_folder), "--out", str(out), "--lock-k", "2", "--level", "0.6"]
    run(capsys, "build_constitution", *arguments)
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    run(capsys, "build_constitution", *arguments)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first
    assert len(first) == 6
    document = json.loads(first["constitution.json"])
    texts = {principle["text"] for principle in document["principles"]}
    assert texts == {"Choose the response that is kind.", "Choose the response that never lies."}
    assert Constitution.objects.get().sha256 == document["sha256"]


def test_building_from_nothing_says_what_is_missing(tmp_path):
    with pytest.raises(CommandError):
        call_command("build_constitution", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
