"""Datasets and fine-tunings in a real browser: both themes, a small phone, with and without JavaScript."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.factories import make_adopted_constitution, make_facilitator
from training.datasets import ExportOptions
from training.datasets.exports import execute_export, start_export
from training.finetuning.progress import write_line
from training.finetuning.recipes import find_recipe
from training.finetuning.services import places_of
from training.models import FineTuningRun, GenerationRun
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("var_dir"),
]


@pytest.fixture
def models(settings, var_dir):
    """A folder of models with one in it."""
    settings.MODELS_DIR = var_dir / "models"
    (settings.MODELS_DIR / "tiny").mkdir(parents=True)
    (settings.MODELS_DIR / "tiny" / "config.json").write_text("{}")


@pytest.fixture
def generated(var_dir) -> GenerationRun:
    prompts = [Prompt(f"Question {number}?") for number in range(9)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"rounds": 1}}
    return execute_run(run=start_run(constitution=make_adopted_constitution(), prompts=prompts, **rehearsal))


@pytest.fixture
def run(generated) -> FineTuningRun:
    recipe = find_recipe("sft_then_dpo")
    made = FineTuningRun.objects.create(
        fingerprint="f" * 64,
        name="Tiny, preferred",
        constitution=generated.constitution,
        recipe_name=recipe.name,
        recipe=recipe.to_dict(),
        recipe_sha256=recipe.sha256,
        base_model="/models/tiny",
        datasets={},
        code_version="test",
    )
    places_of(made).folder.mkdir(parents=True)
    tell(made, 1, 4.0)
    return made


def tell(run: FineTuningRun, step: int, loss: float) -> None:
    place = {"stage": 1, "kind": "sft", "step": step, "n_steps": 9, "at": time.time()}
    write_line(places_of(run).progress, place | {"loss": loss})
    FineTuningRun.objects.filter(pk=run.pk).update(stage=1, step=step, n_steps=9)


def sign_in(page: Page, address: str, path: str) -> None:
    make_facilitator("fay", is_staff=True)
    page.goto(f"{address}/accounts/login/?next={path}")
    page.get_by_label("Username").fill("fay")
    page.get_by_label("Password").fill("a-long-passphrase")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(address + path)


def test_pages_are_accessible_in_both_themes_and_fit_a_small_phone(page, live_server, run, generated, models):
    execute_export(export=start_export(run=generated, options=ExportOptions("sft", held_out=0.2)))
    exports = reverse("training:exports", args=[generated.pk])
    sign_in(page, live_server.url, exports)
    for path in (exports, reverse("training:finetunings"), reverse("training:finetuning", args=[run.pk])):
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_page_left_open_moves_by_itself(page, live_server, run):
    sign_in(page, live_server.url, reverse("training:finetuning", args=[run.pk]))
    expect(page.get_by_text("step 1 of 9")).to_be_visible()
    tell(run, 5, 2.0)
    expect(page.get_by_text("step 5 of 9")).to_be_visible()
    expect(page.get_by_role("heading", name="the loss fell from 4 to 2")).to_be_visible()


def test_everything_works_without_javascript(page_without_javascript, live_server, run, generated, models):
    page = page_without_javascript
    sign_in(page, live_server.url, reverse("training:run", args=[generated.pk]))
    page.get_by_role("link", name="Make a dataset").click()
    page.get_by_label("Licence").select_option("cc-by-4.0")
    page.get_by_role("button", name="Write the dataset").click()
    expect(page.get_by_text("The dataset is being written.")).to_be_visible()
    expect(page.get_by_role("row", name="cc-by-4.0")).to_be_visible()

    page.goto(live_server.url + reverse("training:finetunings"))
    page.get_by_label("Recipe").select_option("sft")
    page.get_by_role("button", name="Queue the fine-tuning").click()
    expect(page.get_by_text("The recipe wants a dataset “sft”")).to_be_visible()
    page.get_by_role("link", name="Tiny, preferred").click()
    page.get_by_role("button", name="Cancel for good").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
