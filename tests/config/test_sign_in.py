"""Signing in: the password, the pause after guesses, and the link that works once."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from config.jobs import forget_sign_in_attempts
from config.one_time_login import MAX_AGE, make_login_link, spend_link
from tests.factories import make_facilitator

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-passphrase"


def sign_in(client, user, password, **headers):
    return client.post(reverse("login"), {"username": user.username, "password": password}, **headers)


def path_of(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:8000")


def test_a_facilitator_signs_in_with_a_password(client):
    response = sign_in(client, make_facilitator(), PASSWORD)
    assert response.status_code == 302
    assert "_auth_user_id" in client.session


def test_a_wrong_password_is_told_kindly(client):
    response = sign_in(client, make_facilitator(), "wrong")
    assert response.status_code == 200
    assert b"notice--error" in response.content


def test_guessing_is_paused_even_for_the_right_password(client):
    user = make_facilitator()
    for _ in range(5):
        response = sign_in(client, user, "guess")
    assert response.status_code == 429
    assert b"Please wait a quarter of an hour" in response.content
    assert sign_in(client, user, PASSWORD).status_code == 429


def test_a_guesser_elsewhere_does_not_lock_the_owner_out(client):
    user = make_facilitator()
    for _ in range(5):
        sign_in(client, user, "guess", REMOTE_ADDR="192.0.2.7")
    assert sign_in(client, user, PASSWORD).status_code == 302


def test_behind_a_proxy_the_proxys_word_counts(client, settings):
    settings.BEHIND_PROXY = True
    sign_in(client, make_facilitator(), "wrong", HTTP_X_FORWARDED_FOR="203.0.113.1, 192.0.2.9")
    assert AccessAttempt.objects.get().ip_address == "192.0.2.9"


def test_an_invented_forwarding_header_changes_nothing(client):
    sign_in(client, make_facilitator(), "wrong", HTTP_X_FORWARDED_FOR="192.0.2.9")
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


def test_addresses_are_kept_only_while_they_count(client):
    sign_in(client, make_facilitator(), "wrong")
    assert forget_sign_in_attempts(timestamp=0) == 0
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert forget_sign_in_attempts(timestamp=0) == 1


def test_a_successful_sign_in_keeps_no_address(client):
    user = make_facilitator()
    sign_in(client, user, "wrong")
    sign_in(client, user, PASSWORD)
    assert not AccessAttempt.objects.exists()
    assert not AccessLog.objects.exists()


def test_a_link_signs_in_once(client):
    user = make_facilitator()
    path = path_of(make_login_link(user))
    assert client.post(path).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.post(path).status_code == 410


def test_looking_at_a_link_does_not_spend_it(client):
    path = path_of(make_login_link(make_facilitator()))
    assert b"Sign in as" in client.get(path).content
    assert "_auth_user_id" not in client.session
    assert client.post(path).status_code == 302


def test_of_two_requests_at_once_only_one_uses_the_link(client, monkeypatch):
    user = make_facilitator()
    token = make_login_link(user).rstrip("/").rpartition("/")[2]
    monkeypatch.setattr("config.one_time_login.find_user", lambda token: user)
    assert [spend_link(token) is not None, spend_link(token) is not None] == [True, False]


def test_a_link_dies_with_age(client, monkeypatch):
    link = make_login_link(make_facilitator())
    monkeypatch.setattr("django.core.signing.time.time", lambda: timezone.now().timestamp() + MAX_AGE + 1)
    response = client.get(path_of(link))
    assert response.status_code == 410
    assert b"This link is used up" in response.content


def test_a_link_dies_when_the_password_changes(client):
    user = make_facilitator()
    link = make_login_link(user)
    user.set_password("another-long-passphrase")
    user.save()
    assert client.post(path_of(link)).status_code == 410


def test_a_link_of_a_closed_account_is_dead(client):
    user = make_facilitator()
    link = make_login_link(user)
    user.is_active = False
    user.save()
    assert client.post(path_of(link)).status_code == 410


def test_an_invented_link_is_refused(client):
    assert client.post(reverse("one-time-login", args=["an:invented:token"])).status_code == 410


def test_the_command_prints_a_working_link(client, capsys):
    user = make_facilitator()
    call_command("create_login_link", user.username)
    assert client.post(path_of(capsys.readouterr().out.strip())).status_code == 302


def test_the_command_says_who_is_missing():
    with pytest.raises(CommandError, match="no active user named nobody"):
        call_command("create_login_link", "nobody")


def test_a_facilitator_changes_the_password(client):
    user = make_facilitator()
    client.force_login(user)
    new = "quite-another-passphrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("password_change"), form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)


def test_a_short_password_is_refused(client):
    client.force_login(make_facilitator())
    form = {"old_password": PASSWORD, "new_password1": "short1", "new_password2": "short1"}
    response = client.post(reverse("password_change"), form)
    assert b"at least 12 characters" in response.content
