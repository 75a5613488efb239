"""manage.py analyze SLUG prints what it found and writes the document."""

import json

import pytest
from django.core.management import CommandError, call_command

from analysis.documents import canonical_sha256
from tests.factories import make_conversation, make_divided_conversation

pytestmark = pytest.mark.django_db


def test_it_prints_a_summary(capsys):
    conversation = make_divided_conversation()
    call_command("analyze", conversation.slug, lock_k=2)
    printed = capsys.readouterr().out
    assert f"Analysis 1 of {conversation.slug}: 16 people, 8 statements, 128 votes." in printed
    assert "Groups: A 8, B 8." in printed
    assert "Both groups agree on 4 of 8 statements." in printed
    assert "The AI should keep rule 0." in printed


def test_running_it_twice_makes_one_analysis():
    conversation = make_divided_conversation()
    for _ in range(2):
        call_command("analyze", conversation.slug, verbosity=0)
    assert conversation.analyses.count() == 1


def test_it_writes_the_document(tmp_path):
    conversation = make_divided_conversation()
    file = tmp_path / "analysis.json"
    call_command("analyze", conversation.slug, json=file)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["schema"] == 1
    assert document["n_votes"] == 128
    assert canonical_sha256(document) == conversation.analyses.get().result_sha256
    assert list(tmp_path.iterdir()) == [file]


def test_it_replaces_an_older_file_as_a_whole(tmp_path):
    file = tmp_path / "analysis.json"
    file.write_text("older and longer " * 10_000)
    call_command("analyze", make_divided_conversation().slug, json=file)
    assert json.loads(file.read_text(encoding="utf-8"))["schema"] == 1


def test_an_unknown_slug_is_said_clearly():
    with pytest.raises(CommandError, match="no conversation 'nowhere'"):
        call_command("analyze", "nowhere")


def test_a_conversation_without_votes_is_said_clearly():
    with pytest.raises(CommandError, match="no statement to analyze"):
        call_command("analyze", make_conversation().slug)


@pytest.mark.parametrize("k", [0, -1, 101])
def test_k_out_of_range_is_said_clearly(k):
    with pytest.raises(CommandError, match="lock_k must be a whole number from 1 to 100"):
        call_command("analyze", make_divided_conversation().slug, lock_k=k)


def test_a_place_that_cannot_be_written_is_said_clearly(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command(
            "analyze", make_divided_conversation().slug, json=tmp_path / "no" / "such" / "folder.json"
        )


def test_a_folder_in_the_files_place_is_said_clearly(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("analyze", make_divided_conversation().slug, json=tmp_path)


def test_published_groups_need_an_import_that_had_some():
    with pytest.raises(CommandError, match="not imported with published groups"):
        call_command("analyze", make_divided_conversation().slug, published_groups=True)
