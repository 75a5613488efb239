"""Importing Polis exports: what counts, what repeats, and what is refused as a whole."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_conversation
from tests.voting.exchange.exports import COMMENTS, VOTES, write_export
from voting.exchange import ImportRefused, import_polis, read_ids
from voting.models import Conversation, Participant, Statement, Vote

pytestmark = pytest.mark.django_db

POLIS_SETS = ["bg2050-volunteers", "ssis.land-bank-farmland.2rumnecbeh.2021-08-01", "vtaiwan.uberx"]
POLIS_MATH_SETS = ["25ptpt-3gp-no-strict-with-meta", "above-100-ptpts", "below-100-ptpts"]


def import_ccai(shared: Path):
    return import_polis(
        directory=shared / "data/ccai",
        slug="ccai",
        exclude=read_ids(shared / "data/ccai/ids-to-toss.csv"),
        min_votes=26,
    )


def test_ccai_has_its_published_numbers(shared):
    result = import_ccai(shared)
    assert (result.n_participants, result.n_accepted, result.n_counted_votes) == (1002, 275, 34563)
    assert (result.n_agrees, result.n_disagrees, result.n_passes) == (27271, 4550, 2742)
    accepted = Vote.objects.filter(statement__status="accepted")
    assert [accepted.filter(choice=choice).count() for choice in (1, -1, 0)] == [27271, 4550, 2742]


def test_importing_twice_changes_nothing(shared):
    first, votes = import_ccai(shared), set(Vote.objects.values_list("pk", "choice"))
    second = import_ccai(shared)
    assert (first.is_new, second.is_new) == (True, False)
    assert set(Vote.objects.values_list("pk", "choice")) == votes


@pytest.mark.parametrize("name", POLIS_SETS)
def test_an_open_data_set_matches_its_reference(shared, name):
    expected = json.loads((shared / f"reference/red-dwarf.{name}.json").read_text())["counts"]
    result = import_polis(directory=shared / "data/polis" / name, slug="imported")
    votes = result.conversation.votes
    assert votes.values("participant").distinct().count() == expected["participants"]
    assert votes.values("statement").distinct().count() == expected["statements"]
    found = {choice: votes.filter(choice=choice).count() for choice in (1, -1, 0)}
    assert found == {1: expected["agree"], -1: expected["disagree"], 0: expected["pass"]}


@pytest.mark.parametrize("name", POLIS_MATH_SETS)
def test_every_person_of_a_production_answer_has_as_many_votes(shared, name):
    expected = json.loads((shared / f"reference/polis-math.{name}.json").read_text())["user_vote_counts"]
    conversation = import_polis(directory=shared / "data/polis-math" / name, slug="imported").conversation
    found = {str(person.number): person.votes.count() for person in conversation.participants.all()}
    assert found == expected


def test_an_export_becomes_a_closed_conversation(tmp_path):
    write_export(tmp_path, summary='topic,"What now?"\nconversation-description,"One.\nTwo."\n')
    conversation = import_polis(directory=tmp_path, slug="now").conversation
    assert (conversation.title, conversation.status) == ("What now?", "closed")
    assert conversation.description == "One.\nTwo."
    statuses = list(conversation.statements.values_list("number", "status"))
    assert statuses == [(0, "accepted"), (1, "pending"), (2, "rejected")]
    assert conversation.statements.get(number=1).author == conversation.participants.get(number=2)
    assert list(conversation.participants.values_list("number", "published_group")) == [(1, 0), (2, 1)]


def test_an_author_who_never_voted_is_no_participant(tmp_path):
    conversation = import_polis(directory=write_export(tmp_path), slug="now").conversation
    assert not conversation.participants.filter(number=7).exists()
    assert conversation.statements.get(number=0).author is None


def test_the_latest_vote_counts_whatever_the_order_of_rows(tmp_path):
    changed = VOTES + "1700000009000,x,0,1,-1\n1700000020,x,1,2,1\n"
    conversation = import_polis(directory=write_export(tmp_path, votes=changed), slug="now").conversation
    assert choice_of(conversation, person=1, statement=0) == 1
    assert choice_of(conversation, person=2, statement=1) == 1


def test_of_two_votes_at_one_time_the_lower_row_counts(tmp_path):
    changed = VOTES + "1700000010000,x,0,1,0\n"
    conversation = import_polis(directory=write_export(tmp_path, votes=changed), slug="now").conversation
    assert choice_of(conversation, person=1, statement=0) == 0


def test_without_an_event_log_votes_come_from_the_matrix(tmp_path):
    write_export(tmp_path, votes=None)
    conversation = import_polis(directory=tmp_path, slug="now").conversation
    assert conversation.votes.count() == 4
    assert choice_of(conversation, person=2, statement=1) == 0


def test_columns_are_read_by_name_and_a_byte_order_mark_is_ignored(tmp_path):
    votes = "\ufeffvote,voter-id,comment-id,timestamp\n1,5,0,1700000000\n"
    conversation = import_polis(directory=write_export(tmp_path, votes=votes), slug="now").conversation
    assert choice_of(conversation, person=5, statement=0) == 1


def test_without_any_accepted_statement_pending_ones_count(tmp_path):
    write_export(tmp_path, comments=COMMENTS.replace(",1,The AI", ",0,The AI"))
    result = import_polis(directory=tmp_path, slug="now")
    assert not result.conversation.is_strictly_moderated
    assert (result.n_accepted, result.n_counted_votes) == (0, 3)


def test_flags_are_read_in_either_spelling(tmp_path):
    comments = (
        "comment-id,author-id,moderated,is-meta,is-seed,comment-body\n0,0,1,True,false,A\n1,0,1,,TRUE,B\n"
    )
    votes = "timestamp,comment-id,voter-id,vote\n1,0,1,1\n"
    write_export(tmp_path, comments=comments, votes=votes, participants_votes=None)
    import_polis(directory=tmp_path, slug="now")
    flags = Statement.objects.values_list("is_metadata", "is_seed")
    assert list(flags) == [(True, False), (False, True)]


def test_people_are_left_out_by_number_of_votes_and_by_id(tmp_path):
    write_export(tmp_path, votes=VOTES + "1700000020,x,0,3,1\n")
    result = import_polis(directory=tmp_path, slug="now", min_votes=2, exclude=[2])
    assert list(result.conversation.participants.values_list("number", flat=True)) == [1]


def test_nobody_left_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="Nobody is left"):
        import_polis(directory=write_export(tmp_path), slug="now", min_votes=100)


def test_a_slug_in_use_is_refused_and_left_alone(tmp_path):
    conversation = make_conversation(slug="taken", title="Mine")
    with pytest.raises(ImportRefused, match="taken"):
        import_polis(directory=write_export(tmp_path), slug="taken")
    conversation.refresh_from_db()
    assert (conversation.title, Statement.objects.count(), Participant.objects.count()) == ("Mine", 0, 0)


def test_another_version_of_the_export_is_refused(tmp_path):
    import_polis(directory=write_export(tmp_path), slug="now")
    write_export(tmp_path, votes=VOTES + "1700000020,x,0,3,1\n")
    with pytest.raises(ImportRefused, match="came from something else"):
        import_polis(directory=tmp_path, slug="now")
    assert Vote.objects.count() == 4


def test_a_slug_that_is_no_address_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="cannot be an address"):
        import_polis(directory=write_export(tmp_path), slug="not an address")


def test_those_who_join_later_get_numbers_nobody_has(tmp_path):
    conversation = import_polis(directory=write_export(tmp_path), slug="now").conversation
    assert (conversation.last_participant_number, conversation.last_statement_number) == (7, 2)


def test_the_command_says_what_it_did_and_that_repeating_is_harmless(tmp_path, capsys):
    write_export(tmp_path)
    call_command("import_polis", str(tmp_path), "--slug", "now")
    call_command("import_polis", str(tmp_path), "--slug", "now")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Imported “now”: 2 participants, 3 statements (1 accepted), 2 counted votes")
    assert second.startswith("No change")


def test_the_command_turns_a_fault_into_one_sentence(tmp_path):
    write_export(tmp_path, votes=VOTES + "1700000020,x,99,3,1\n")
    with pytest.raises(CommandError, match=r"votes\.csv, line 6: a vote for statement 99"):
        call_command("import_polis", str(tmp_path), "--slug", "now")
    assert not Conversation.objects.exists()


def choice_of(conversation: Conversation, person: int, statement: int) -> int:
    return conversation.votes.get(participant__number=person, statement__number=statement).choice
