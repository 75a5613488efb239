"""Save a rule, draft under it, adopt the draft."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from constitution.models import Constitution, Rule
from constitution.services import (
    AlreadyAdopted,
    ConstitutionNotFound,
    EmptyConstitution,
    NothingQualifies,
    RuleNameTaken,
    RuleRefused,
    UnsettledWording,
    adopt_constitution,
    draft_constitution,
    find_constitution,
    save_rule,
)
from tests.factories import make_draft_constitution
from voting.models import Statement

pytestmark = pytest.mark.django_db


def test_the_same_parameters_give_the_same_rule():
    assert save_rule(min_level=0.8) == save_rule(min_level=0.8)
    assert Rule.objects.count() == 1


def test_close_levels_are_different_rules():
    assert save_rule(min_level=0.85) != save_rule(min_level=0.8500001)


def test_a_taken_name_with_other_parameters_is_refused():
    save_rule(name="Strict", min_level=0.9)
    with pytest.raises(RuleNameTaken, match=r"level at least 0\.9"):
        save_rule(name="Strict", min_level=0.8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_level": 1.2},
        {"min_level": float("nan")},
        {"min_votes_per_group": -1},
        {"max_principles": 0},
        {"order": "luck"},
        {"name": "!!!"},
    ],
)
def test_senseless_rules_are_refused(wrong):
    with pytest.raises(RuleRefused):
        save_rule(**wrong)


def test_a_saved_rule_cannot_change(rule):
    with pytest.raises(IntegrityError, match="save a new one"), transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(min_level=0.1)


def test_a_draft_words_what_qualifies_and_keeps_the_statement_beside_it(draft):
    first = draft.principles.first()
    assert first.text == "Choose the response that tells the truth."
    assert first.sources.get().original_text == "The AI should tell the truth."


def test_a_statement_that_no_wording_rule_fits_is_flagged(draft):
    flagged = draft.principles.get(needs_editing=True)
    assert flagged.text == "Choose the response most consistent with: Kindness above all"


def test_drafting_again_gives_the_same_draft(analysis, rule, draft):
    assert draft_constitution(analysis=analysis, rule=rule) == draft


def test_a_rejected_statement_makes_another_draft(analysis, rule, draft):
    Statement.objects.filter(number=1).update(status=Statement.Status.REJECTED)
    again = draft_constitution(analysis=analysis, rule=rule)
    assert (again.version, again.principles.count()) == (2, draft.principles.count() - 1)


def test_an_adopted_version_is_followed_by_a_new_draft(analysis, rule, adopted):
    assert draft_constitution(analysis=analysis, rule=rule).version == 2


def test_an_adopted_version_is_given_back_where_that_is_wanted(analysis, rule, adopted):
    assert draft_constitution(analysis=analysis, rule=rule, reuse_adopted=True) == adopted


def test_a_rule_that_nothing_meets_says_how_far_it_is(analysis):
    with pytest.raises(NothingQualifies, match=r"Of 6, 6 stay below the level 0\.99 .* highest .* is 0\.\d"):
        draft_constitution(analysis=analysis, rule=save_rule(min_level=0.99, min_votes_per_group=0))


def test_adopting_freezes_with_a_hash(adopted):
    assert adopted.is_adopted()
    assert len(adopted.sha256) == 64
    assert adopted.document["principles"][0]["text"] == "Choose the response that tells the truth."


def test_flagged_principles_need_a_confirmation(draft):
    with pytest.raises(UnsettledWording) as refused:
        adopt_constitution(constitution=draft)
    assert refused.value.positions == [draft.principles.get(needs_editing=True).position]


def test_adopting_twice_is_refused(adopted):
    with pytest.raises(AlreadyAdopted):
        adopt_constitution(constitution=adopted)


def test_a_draft_without_principles_cannot_be_adopted():
    with pytest.raises(EmptyConstitution):
        adopt_constitution(constitution=make_draft_constitution(0))


def test_a_principle_without_words_cannot_be_adopted():
    draft = make_draft_constitution(2)
    draft.principles.filter(position=2).update(text="  ")
    with pytest.raises(EmptyConstitution, match="Principle 2"):
        adopt_constitution(constitution=draft)


def test_a_slug_finds_the_latest_adopted_version(analysis, rule, adopted):
    draft_constitution(analysis=analysis, rule=rule)
    assert find_constitution("town") == adopted
    assert find_constitution("town@2").version == 2


@pytest.mark.parametrize("reference", ["town@9", "town@x", "elsewhere", "town@", "", "@1"])
def test_an_unknown_reference_says_what_there_is(draft, reference):
    with pytest.raises(ConstitutionNotFound, match=r"There is no constitution"):
        find_constitution(reference)


def in_parallel(work, n=4):
    """Run work(i) in n threads with connections of their own; give what each returned or raised."""
    outcomes = [None] * n

    def run(i):
        try:
            outcomes[i] = work(i)
        except AlreadyAdopted as error:
            outcomes[i] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[i]) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_several_adopters_one_succeeds():
    draft = make_draft_constitution(2)
    outcomes = in_parallel(lambda i: adopt_constitution(constitution=Constitution.objects.get(pk=draft.pk)))
    assert sum(isinstance(outcome, AlreadyAdopted) for outcome in outcomes) == 3


@pytest.mark.django_db(transaction=True)
def test_simultaneous_drafts_get_versions_of_their_own(analysis):
    rules = [save_rule(min_level=0.7 + i / 100, min_votes_per_group=0) for i in range(4)]
    drafts = in_parallel(lambda i: draft_constitution(analysis=analysis, rule=rules[i]))
    assert sorted(draft.version for draft in drafts) == [1, 2, 3, 4]
