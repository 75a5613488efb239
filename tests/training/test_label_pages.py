"""Labeling pages: blind, one label each, changed or taken back, with and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import make_facilitator
from tests.training.pairs import label_all, make_preference_run, make_sheet
from training.labeling import first_stands_left
from training.models import LabelSheet, PairLabel

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def person(client):
    person = make_facilitator("a-person")
    client.force_login(person)
    return person


def page_of(sheet) -> str:
    return reverse("training:label", args=[sheet.run.pk])


def say(client, sheet, choice: str, position: int = 1):
    item = sheet.items.get(position=position)
    return client.post(page_of(sheet), {"item": item.pk, "choice": choice})


def test_the_page_is_blind(client, person):
    page = client.get(page_of(make_sheet(0.873))).content.decode()
    assert "What about 1?" in page
    assert "Choose the response that keeps promise number 2." in page
    for secret in ("0.87", "0.13", "rehearsal/demonstration", "Chosen", "principle 1, in between"):
        assert secret not in page.split("<main")[1]


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_of_the_screen_becomes_an_answer(client, person, side):
    sheet = make_sheet(0.9, 0.8)
    item = sheet.items.get(position=1)
    page = client.get(page_of(sheet)).content.decode()
    is_first_left = page.index("The earlier answer") < page.index("The later answer")
    assert is_first_left == first_stands_left(item, person)
    assert say(client, sheet, side).status_code == 302
    label = PairLabel.objects.get()
    assert label.choice == ("first" if (side == "left") == is_first_left else "second")
    assert label.first_stood_left == is_first_left


def test_progress_is_shown_and_the_end_is_thanked_for(client, person):
    sheet = make_sheet(0.9, 0.8)
    assert "0 of 2" in client.get(page_of(sheet)).content.decode()
    say(client, sheet, "same", 1)
    assert "1 of 2" in client.get(page_of(sheet)).content.decode()
    say(client, sheet, "unsure", 2)
    assert "That was all of them" in client.get(page_of(sheet)).content.decode()


def test_an_answer_can_be_changed_and_taken_back(client, person):
    sheet = make_sheet(0.9, 0.8)
    item = sheet.items.get(position=1)
    say(client, sheet, "same")
    again = client.get(page_of(sheet), {"item": item.pk}).content.decode()
    assert 'value="same" data-key="s" aria-pressed="true"' in again
    say(client, sheet, "unsure")
    assert [label.choice for label in PairLabel.objects.all()] == ["unsure"]
    say(client, sheet, "withdraw")
    assert not PairLabel.objects.exists()


def test_sending_twice_leaves_one_label(client, person):
    sheet = make_sheet(0.9)
    for _ in range(2):
        say(client, sheet, "same")
    assert PairLabel.objects.count() == 1


def test_nonsense_is_refused(client, person):
    sheet, other = make_sheet(0.9), make_sheet(0.8)
    assert say(client, sheet, "maybe").status_code == 400
    for item in ("x", other.items.get().pk, 10**9):
        assert client.post(page_of(sheet), {"item": item, "choice": "same"}).status_code == 404
    assert not PairLabel.objects.exists()


def test_a_sample_is_drawn_by_those_who_run_the_conversation(client, person):
    run = make_preference_run(6)
    address = reverse("training:draw_labels", args=[run.pk])
    assert "Whoever runs the conversation" in client.get(page_of_run(run)).content.decode()
    assert client.post(address, {"n_items": 4, "n_core": 2, "seed": 0}).status_code == 403
    client.force_login(make_facilitator(is_staff=True))
    assert client.post(address, {"n_items": 4, "n_core": 9, "seed": 0}).status_code == 422
    client.post(address, {"n_items": 4, "n_core": 2, "seed": 0})
    assert LabelSheet.objects.get().items.count() == 4


def page_of_run(run) -> str:
    return reverse("training:label", args=[run.pk])


def test_a_run_that_is_not_finished_says_so(client):
    client.force_login(make_facilitator(is_staff=True))
    run = make_preference_run(1, is_executed=False)
    address = reverse("training:draw_labels", args=[run.pk])
    said = client.post(address, {"n_items": 4, "n_core": 2, "seed": 0}, follow=True).content.decode()
    assert "is not finished" in said


@pytest.fixture
def open_page(live_server, client, new_context):
    """Open a page of a run as a person who is signed in."""
    client.force_login(make_facilitator("a-person", is_staff=True))

    def open_at(name, run, **options):
        context = new_context(**options)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + reverse(f"training:{name}", args=[run.pk]))
        return page

    return open_at


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInBrowser:
    def test_keys_choose(self, open_page):
        sheet = make_sheet(0.9, 0.8)
        page = open_page("label", sheet.run)
        page.keyboard.press("s")
        page.wait_for_selector("text=1 of 2")
        page.keyboard.press("n")
        page.wait_for_selector("text=That was all of them")
        assert sorted(PairLabel.objects.values_list("choice", flat=True)) == ["same", "unsure"]

    def test_without_script_buttons_choose(self, open_page):
        page = open_page("label", make_sheet(0.9).run, java_script_enabled=False)
        page.click("text=A is better")
        expect(page.get_by_role("main")).to_contain_text("That was all of them")

    def test_pages_have_no_accessibility_fault_on_a_small_phone(self, open_page):
        sheet = make_sheet(0.9, 0.1, 0.6, 0.7)
        label_all(sheet, "first", "second", "second")
        executed = make_preference_run(3)
        for name, run in (
            ("label", sheet.run),
            ("agreement", sheet.run),
            ("run", executed),
            ("label", executed),
        ):
            page = open_page(name, run, viewport={"width": 320, "height": 800})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                result = Axe().run(page)
                assert result.violations_count == 0, result.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
