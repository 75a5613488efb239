import csv

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.exchange.polis_files import read_export
from voting.moderation import merge_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(tmp_path):
    conversation = make_conversation(slug="now")
    make_statement(conversation, "The AI should be honest.", number=0, is_seed=True)
    author = make_participant(conversation, 7)
    twin = make_statement(conversation, "=AI must be honest.", number=1, author=author, language="en")
    make_vote(author, twin, -1)
    merge_statements(conversation=conversation, numbers=[1], into=0)
    make_statement(conversation, "Wait.", number=2, status="pending")
    call_command("export_statements", "now", out=tmp_path / "comments.csv")
    return tmp_path / "comments.csv"


def rows_of(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_merged_statement_is_moderated_out_and_names_the_other(exported):
    rows = rows_of(exported)
    assert [row["moderated"] for row in rows] == ["1", "-1", "0"]
    assert [row["merged-into"] for row in rows] == ["", "0", ""]
    assert (rows[1]["author-id"], rows[1]["disagrees"], rows[1]["language"]) == ("7", "1", "en")


def test_what_a_spreadsheet_would_run_is_neutralized(exported):
    assert rows_of(exported)[1]["comment-body"] == "'=AI must be honest."


def test_the_reader_of_polis_files_reads_it(exported):
    (exported.parent / "votes.csv").write_text("timestamp,comment-id,voter-id,vote\n1,1,7,-1\n")
    statements = read_export(exported.parent, print).statements
    assert [(one.number, one.status, one.is_seed) for one in statements] == [
        (0, "accepted", True),
        (1, "rejected", False),
        (2, "pending", False),
    ]


def test_an_unknown_conversation_or_place_is_named(tmp_path):
    with pytest.raises(CommandError, match="There is no conversation “nowhere”"):
        call_command("export_statements", "nowhere")
    make_conversation(slug="now")
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("export_statements", "now", out=tmp_path / "no" / "folder.csv")
