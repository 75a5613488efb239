"""A page says which language it is written in, whatever the browser would like."""

import pytest
from django.urls import reverse


@pytest.mark.django_db
def test_a_browser_asking_for_another_language_gets_a_whole_english_page(client):
    page = client.get(reverse("login"), headers={"Accept-Language": "ar"}).content.decode()
    assert '<html lang="en" dir="ltr">' in page
    assert "Username" in page
