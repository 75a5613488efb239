"""The pages of fine-tunings: readable for researchers, started and stopped by staff alone."""

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from training.finetuning.progress import write_line
from training.finetuning.recipes import find_recipe
from training.finetuning.services import places_of
from training.models import FineTuningRun

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def run(constitution) -> FineTuningRun:
    recipe = find_recipe("sft_then_dpo")
    return FineTuningRun.objects.create(
        fingerprint="f" * 64,
        name="Tiny, preferred",
        constitution=constitution,
        recipe_name=recipe.name,
        recipe=recipe.to_dict(),
        recipe_sha256=recipe.sha256,
        base_model="/models/tiny",
        datasets={},
        code_version="test",
    )


def page_of(run: FineTuningRun) -> str:
    return reverse("training:finetuning", args=[run.pk])


def control(run: FineTuningRun, action: str) -> str:
    return reverse("training:control_finetuning", args=[run.pk, action])


def test_a_stranger_is_asked_to_sign_in(client, run):
    for address in (reverse("training:finetunings"), page_of(run)):
        assert "login" in client.get(address).url
    assert "login" in client.post(control(run, "cancel")).url


def test_who_is_no_staff_reads_and_changes_nothing(reader, run):
    page = reader.get(page_of(run)).content.decode()
    assert "Tiny, preferred" in page
    assert "Cancel for good" not in page
    assert reader.post(control(run, "cancel")).status_code == 403
    assert reader.post(reverse("training:start_finetuning")).status_code == 403
    run.refresh_from_db()
    assert run.status == "queued"


def test_the_curves_say_what_they_show_with_a_table_beside(reader, run):
    places_of(run).folder.mkdir(parents=True)
    for step, loss in ((1, 4.0), (2, 3.0), (3, 2.5)):
        line = {"stage": 1, "kind": "sft", "step": step, "n_steps": 9, "at": step, "loss": loss}
        write_line(places_of(run).progress, line)
    FineTuningRun.objects.update(status="paused", stage=1, step=3, n_steps=9)
    page = reader.get(page_of(run)).content.decode()
    assert "Stage 1, learning the revised answers: the loss fell from 4 to 2.5" in page
    assert "<polyline" in page
    assert "step 3 of 9" in page
    assert page.count('<th scope="row" class="numeric">') == 3


def test_online_learning_shows_the_reward_and_not_the_loss(reader, run):
    places_of(run).folder.mkdir(parents=True)
    for step, reward in ((1, -1.0), (2, 0.5)):
        line = {"stage": 2, "kind": "rloo", "step": step, "n_steps": 9, "loss": 0.0, "reward": reward}
        write_line(places_of(run).progress, line)
    page = reader.get(page_of(run)).content.decode()
    assert "the mean reward rose from −1 to 0.5" in page
    assert "Training loss" not in page


def test_a_page_that_asks_again_gets_what_moves_alone(reader, run):
    page = reader.get(page_of(run), headers={"HX-Request": "true"})
    assert page.content.decode().lstrip().startswith('<div id="moving"')
    assert "HX-Request" in page.headers["Vary"]


def test_paused_gone_on_and_cancelled(staff, run):
    FineTuningRun.objects.update(status="paused")
    staff.post(control(run, "resume"))
    run.refresh_from_db()
    assert run.status == "queued"
    assert ProcrastinateJob.objects.filter(queueing_lock=f"finetune-{run.pk}").count() == 1
    page = staff.post(control(run, "pause"), follow=True).content.decode()
    assert "no longer possible" in page
    staff.post(control(run, "cancel"))
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert "no longer possible" in staff.post(control(run, "resume"), follow=True).content.decode()


def test_without_a_base_model_the_page_says_how_to_get_one(staff, settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    assert "make_tiny_model" in staff.get(reverse("training:finetunings")).content.decode()


def test_what_the_recipe_misses_is_said_at_the_form(staff, settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").write_text("{}")
    asked = {"recipe": "sft", "base_model": str(tmp_path / "tiny"), "seed": 0}
    answer = staff.post(reverse("training:start_finetuning"), asked)
    assert answer.status_code == 422
    assert "wants a dataset “sft”" in answer.content.decode()
    asked["base_model"] = "/etc"
    assert (
        "not one of the available choices"
        in staff.post(reverse("training:start_finetuning"), asked).content.decode()
    )
    assert not FineTuningRun.objects.exists()


@pytest.mark.parametrize(
    ("rise", "interval", "title"),
    [
        (2.0, [1.5, 2.5], "It prefers chosen answers more than before"),
        (-2.0, [-2.5, -1.5], "It prefers chosen answers less than before"),
        (0.2, [-0.5, 0.9], "Whether it prefers chosen answers more than before cannot be told"),
        (0.2, None, "Whether it prefers chosen answers more than before cannot be told"),
    ],
)
def test_the_outcome_is_named_as_the_interval_allows(reader, run, rise, interval, title):
    told = {"n_pairs": 9, "margin": 1.0, "margin_per_token": 0.1, "share_preferred": 0.5}
    result = {"device": "CPU", "before": told, "after": told}
    result |= {"change": {"rise": rise, "interval": interval, "n_pairs": 9}}
    FineTuningRun.objects.update(status="finished", result=result)
    page = reader.get(page_of(run)).content.decode()
    assert title in page
    assert ("fell by 2.00" in page) == (rise < 0)


@pytest.mark.parametrize(
    ("named", "shown"),
    [("models/tiny", "models/tiny"), ("/srv/secret/tiny", "tiny"), ("someone/model", "someone/model")],
)
def test_pages_do_not_tell_where_a_folder_lies(settings, named, shown):
    in_site = settings.VAR_DIR / named if named.startswith("models") else named
    assert FineTuningRun(base_model=str(in_site)).base_model_name == shown
