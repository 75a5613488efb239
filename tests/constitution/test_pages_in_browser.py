"""The facilitator's desk in a real browser: a rule shows its yield, with and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from analysis.services import run_analysis
from tests.factories import make_adopted_constitution

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_desk(live_server, client, conversation, owner, new_context):
    """Open the desk of an analyzed conversation, signed in."""
    run_analysis(conversation=conversation, lock_k=2)
    client.force_login(owner)

    def open_at(name="manage", *args, **options):
        context = new_context(**options)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + reverse(f"constitution:{name}", args=["town", *args]))
        return page

    return open_at


def test_the_yield_follows_the_rule(open_desk):
    page = open_desk()
    page.fill("#id_min_votes_per_group", "3")
    page.fill("#id_min_level", "0.75")
    expect(page.locator(".yield__count strong")).to_have_text("4")
    assert "csrf" not in page.url


def test_without_script_a_button_previews_and_another_drafts(open_desk, conversation):
    page = open_desk(java_script_enabled=False)
    page.fill("#id_min_votes_per_group", "3")
    page.fill("#id_min_level", "0.75")
    page.click("text=Preview")
    expect(page.locator(".yield__count strong")).to_have_text("4")
    page.click("text=Save the rule and draft")
    page.wait_for_url("**/facilitate/town/constitutions/1/")
    assert conversation.constitutions.get().principles.count() == 4


def test_the_desk_for_a_draft_has_no_accessibility_fault(open_desk, draft):
    pk = draft.principles.first().pk
    for name, args in (("draft", [1]), ("principle", [1, pk]), ("adopt", [1])):
        page = open_desk(name, *args, viewport={"width": 320, "height": 800})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            result = Axe().run(page)
            assert result.violations_count == 0, result.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture
def long_constitution(conversation):
    return make_adopted_constitution(160, conversation=conversation)


def test_an_old_link_to_a_principle_leads_to_its_page(live_server, new_context, long_constitution):
    page = new_context().new_page()
    page.goto(f"{live_server.url}/c/town/constitution/1/#principle-120")
    page.wait_for_url("**/c/town/constitution/1/?page=3#principle-120")
    expect(page.locator("#principle-120")).to_be_in_viewport()


def test_without_script_a_principle_is_found_by_its_number(live_server, new_context, long_constitution):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/c/town/constitution/")
    page.fill("#q", "120")
    page.click("text=Find")
    expect(page.locator("#principle-120")).to_be_in_viewport()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_of_a_long_constitution_has_no_accessibility_fault(
    live_server, new_context, long_constitution, theme
):
    page = new_context(color_scheme=theme, viewport={"width": 320, "height": 800}).new_page()
    page.goto(f"{live_server.url}/c/town/constitution/?page=2")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
