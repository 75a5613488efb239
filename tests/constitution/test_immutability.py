"""An adopted constitution cannot change, by whatever way one tries."""

import pytest
from django.db import IntegrityError, connection, transaction

from constitution.models import Constitution, DraftEdit, Principle, PrincipleSource

pytestmark = pytest.mark.django_db


def refuses(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    return True


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_saving_is_refused(adopted):
    adopted.title = "Another"
    assert refuses(adopted.save)


def test_it_cannot_be_made_a_draft_again(adopted):
    adopted.status = Constitution.Status.DRAFT
    adopted.document, adopted.sha256, adopted.adopted_at = None, "", None
    assert refuses(adopted.save)


def test_updating_by_queryset_is_refused(adopted):
    assert refuses(lambda: Constitution.objects.update(sha256="0" * 64))


def test_deleting_is_refused(adopted):
    assert refuses(adopted.delete)
    assert adopted.principles.count() == 4


def test_raw_sql_is_refused(adopted):
    assert refuses(lambda: sql("UPDATE constitution_constitution SET document = '{}'"))
    assert refuses(lambda: sql("DELETE FROM constitution_constitution"))


def test_its_principles_stay(adopted):
    principle = adopted.principles.first()
    assert refuses(lambda: adopted.principles.update(text="Choose the response that lies."))
    assert refuses(lambda: sql("UPDATE constitution_principle SET weight = 2 WHERE id = %s", principle.pk))
    assert refuses(lambda: sql("DELETE FROM constitution_principle WHERE id = %s", principle.pk))


def test_no_principle_can_be_added(adopted):
    late = {
        "constitution": adopted,
        "position": 99,
        "text": "Choose the response that pays.",
        "framing": "positive",
    }
    assert refuses(lambda: Principle.objects.create(**late))
    insert = (
        "INSERT INTO constitution_principle (constitution_id, position, text, framing, weight, rationale, "
    )
    values = "needs_editing) VALUES (%s, 99, 'late', 'positive', 1, '', false)"
    assert refuses(lambda: sql(insert + values, adopted.pk))


def test_no_principle_can_move_in_from_a_draft(adopted, analysis, rule):
    draft = Constitution.objects.create(
        conversation=adopted.conversation, analysis=analysis, rule=rule, version=2, title="Next"
    )
    loose = Principle.objects.create(constitution=draft, position=99, text="Choose …", framing="positive")
    loose.constitution = adopted
    assert refuses(loose.save)


def test_its_sources_stay(adopted):
    assert refuses(lambda: PrincipleSource.objects.update(original_text="Nobody said this"))
    assert refuses(lambda: PrincipleSource.objects.all().delete())
    first, second = adopted.principles.all()[:2]
    statement = second.sources.get().statement
    assert refuses(
        lambda: PrincipleSource.objects.create(principle=first, statement=statement, original_text="x")
    )


def test_its_record_of_edits_stays(adopted):
    edit = {"constitution": adopted, "kind": "wording", "statements": [1]}
    assert refuses(lambda: DraftEdit.objects.create(**edit))


def test_nothing_is_born_adopted(draft):
    draft.pk, draft.version, draft.status = None, 2, Constitution.Status.ADOPTED
    draft._state.adding = True
    assert refuses(draft.save)


def test_its_rule_stays(adopted):
    adopted.rule.min_level = 0.1
    assert refuses(adopted.rule.save)


def test_a_draft_can_still_be_deleted(draft):
    draft.delete()
    assert not Principle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_database_can_still_be_emptied(adopted):
    sql("TRUNCATE constitution_constitution CASCADE")
    assert not Constitution.objects.exists()


def test_the_admin_shows_it_and_changes_nothing(admin_client, adopted):
    page = f"/admin/constitution/constitution/{adopted.pk}/"
    assert admin_client.get(page + "change/").status_code == 200
    assert admin_client.post(page + "change/", {"title": "Another"}).status_code == 403
    assert admin_client.post(page + "delete/", {"post": "yes"}).status_code == 403
    adopted.refresh_from_db()
    assert adopted.title != "Another"
