"""The queries of a vote are planned once."""

import pytest
from django.db import connection

from voting.routing import read_seen

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_connection_that_votes_plans_once_for_all_values():
    connection.close()
    assert read_seen(1, "00000000-0000-4000-8000-000000000000") is None
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
