"""The database refuses to change a finished analysis, whoever asks and however."""

import pytest
from django.db import IntegrityError, connection, transaction

from analysis.models import Analysis, OpinionGroup, Position, StatementResult, Support
from analysis.services import run_analysis
from tests.factories import make_divided_conversation

pytestmark = pytest.mark.django_db

FROZEN = [
    (Analysis, "k"),
    (OpinionGroup, "size"),
    (Position, "x"),
    (StatementResult, "gac"),
    (Support, "n_agree"),
]


@pytest.fixture
def analysis():
    return run_analysis(conversation=make_divided_conversation())


@pytest.mark.parametrize(("model", "field"), FROZEN)
def test_saving_a_changed_row_is_refused(analysis, model, field):
    row = model.objects.first()
    setattr(row, field, 9)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        row.save()
    assert getattr(model.objects.get(pk=row.pk), field) != 9


@pytest.mark.parametrize(("model", "field"), FROZEN)
def test_updating_a_queryset_is_refused(analysis, model, field):
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        model.objects.update(**{field: 9})


@pytest.mark.parametrize(("model", "field"), FROZEN)
def test_raw_sql_is_refused(analysis, model, field):
    command = f"UPDATE {model._meta.db_table} SET {field} = 9"
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(command)


def test_deleting_the_conversation_takes_its_analyses_along(analysis):
    analysis.conversation.delete()
    assert not any(model.objects.exists() for model, _ in FROZEN)


def test_deleting_a_participant_takes_their_place_on_the_map_along(analysis):
    participant = analysis.conversation.participants.first()
    participant.delete()
    assert analysis.positions.count() == analysis.n_participants - 1
