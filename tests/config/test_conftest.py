"""The guards every other test relies on."""

import socket

import pytest


def test_a_test_that_reaches_for_another_machine_fails():
    with socket.socket() as stranger, pytest.raises(pytest.fail.Exception, match="the network is off"):
        stranger.connect(("192.0.2.1", 80))


def test_a_test_may_talk_to_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())


@pytest.mark.browser
def test_a_page_is_opened_in_a_real_browser(page):
    page.set_content("<h1>Good morning</h1>")
    assert page.get_by_role("heading").inner_text() == "Good morning"


@pytest.mark.browser
def test_scripts_stay_off_where_a_test_says_so(page_without_javascript):
    page_without_javascript.set_content("<p>plain</p><script>document.body.innerHTML = ''</script>")
    assert page_without_javascript.locator("p").inner_text() == "plain"


@pytest.mark.browser
def test_a_console_error_is_noticed(browser):
    from tests.conftest import watched

    context = browser.new_context()
    watch = watched(context)
    next(watch).new_page().evaluate("console.error('a fault')")
    with pytest.raises(AssertionError, match="a fault"):
        next(watch)
    context.close()
