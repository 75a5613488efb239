"""Starting, following and holding runs on pages: by whom, with what, and what wrong input is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_adopted_constitution, make_conversation
from training.models import GenerationRun
from training.prompt_sets.services import add_prompts, make_set
from training.prompts import Prompt
from training.services import execute_run, start_run

START = reverse("training:start_run")

pytestmark = pytest.mark.usefixtures("var_dir", "keys")


@pytest.fixture
def constitution():
    return make_adopted_constitution(conversation=make_conversation(status="open"))


def words(constitution, **changed) -> dict:
    return {
        "kind": "revision",
        "constitution": constitution.pk,
        "model": "rehearsal/demonstration",
        "options": '{"rounds": 1}',
        "limit": 3,
        "seed": 0,
        "max_tokens": 200,
        "max_connections": 5,
        **changed,
    }


def make_run(constitution, model: str = "rehearsal/demonstration", **options) -> GenerationRun:
    return start_run(
        constitution=constitution,
        prompts=[Prompt("One?"), Prompt("Two?")],
        model=model,
        options={"rounds": 1},
        **options,
    )


def test_a_stranger_is_asked_to_sign_in(client):
    assert "login" in client.get(START).url


def test_a_run_is_queued_for_a_worker(reader, constitution):
    response = reader.post(START, words(constitution))
    run = GenerationRun.objects.get()
    assert response.url == reverse("training:run", args=[run.pk])
    assert (run.status, run.n_samples, run.parameters["rounds"]) == ("queued", 3, 1)
    assert ProcrastinateJob.objects.filter(args__run_id=str(run.pk)).count() == 1
    assert execute_run(run=run).status == "finished"


def test_prompts_come_from_a_file(reader, constitution):
    file = SimpleUploadedFile("own.jsonl", b'{"prompt": "hey"}\n{"prompt": "ho"}\n')
    reader.post(START, words(constitution, prompts=file, limit=""))
    assert GenerationRun.objects.get().n_samples == 2


def test_prompts_come_from_a_set(reader, constitution):
    chosen = make_set(slug="own")
    add_prompts(prompt_set=chosen, prompts=[Prompt(f"Number {n}?") for n in range(50)])
    reader.post(START, words(constitution, prompt_set=chosen.pk, limit=""))
    n_to_train_on = chosen.prompts.filter(is_held_out=False).count()
    assert GenerationRun.objects.get().n_samples == n_to_train_on < 50


def test_tags_choose_among_the_prompts_of_a_set(reader, constitution):
    chosen = make_set(slug="own")
    tagged = [Prompt(f"Number {n}?", ("harmful",) if n % 2 else ("benign",)) for n in range(50)]
    add_prompts(prompt_set=chosen, prompts=tagged)
    reader.post(START, words(constitution, prompt_set=chosen.pk, tags=["harmful"], limit=""))
    run = GenerationRun.objects.get()
    assert run.n_samples == chosen.prompts.filter(tags=["harmful"], is_held_out=False).count() < 26
    assert "those tagged harmful" in reader.get(reverse("training:run", args=[run.pk])).content.decode()


def test_tags_without_a_set_are_refused(reader, constitution):
    response = reader.post(START, words(constitution, tags=["harmful"]))
    assert response.status_code == 422
    assert "Tags choose among the prompts of a set" in response.content.decode()


def test_a_file_and_a_set_together_are_too_many(reader, constitution):
    chosen = make_set(slug="own")
    add_prompts(prompt_set=chosen, prompts=[Prompt("One?")])
    file = SimpleUploadedFile("own.jsonl", b'{"prompt": "hey"}\n')
    response = reader.post(START, words(constitution, prompts=file, prompt_set=chosen.pk))
    assert "not both" in response.content.decode()


def test_the_estimate_begins_nothing(reader, constitution):
    page = reader.post(START, words(constitution, estimate="yes")).content.decode()
    assert "What it would take" in page
    assert "about 9, at most 27" in page
    assert not GenerationRun.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"options": "rounds: 4"}, "This is not JSON"),
        ({"options": "[4]"}, "Write an object"),
        ({"options": '{"wheels": 4}'}, "has no option “wheels”"),
        ({"options": '{"rounds": 0}'}, "at least 1 round"),
        ({"model": "claude"}, "does not begin with a known provider"),
        ({"prompts": SimpleUploadedFile("x.jsonl", b"hey\n")}, "x.jsonl, line 1: not a JSON object"),
        ({"uses_batches": "on"}, "only Anthropic&#x27;s models"),
        ({"token_budget": "0"}, "greater than or equal to 1"),
    ],
)
def test_wrong_input_is_told_at_the_form(reader, constitution, wrong, told):
    response = reader.post(START, words(constitution, **wrong))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not GenerationRun.objects.exists()


def test_a_budget_in_money_needs_a_price(staff, constitution):
    wanted = words(constitution, model="openai/gpt-test", money_budget="5")
    response = staff.post(START, wanted)
    assert response.status_code == 422
    assert "enter it in MODEL_PRICES" in response.content.decode()


def test_only_staff_may_start_a_model_that_costs_money(reader, constitution):
    response = reader.post(START, words(constitution, model="openai/gpt-test"))
    assert "Only staff" in response.content.decode()
    assert not GenerationRun.objects.exists()


def test_only_staff_may_say_where_a_model_is_served(reader, constitution):
    assert "base_url" not in reader.get(START).content.decode()
    reader.post(START, words(constitution, base_url="http://example.org"))
    assert GenerationRun.objects.get().base_url == ""


@pytest.mark.parametrize(
    "options",
    [
        '{"judges": [{"model": "openai/gpt-test"}]}',
        '{"answerers": [{"model": "rehearsal/x", "base_url": "http://example.org"}]}',
        '{"judges": [{"model": "openai-api/x/y", "base_url": "http://example.org"}]}',
        '{"judges": ["anthropic/claude-test"]}',
    ],
)
def test_only_staff_may_name_judges_that_cost_money_or_servers(reader, constitution, options):
    response = reader.post(START, words(constitution, kind="preference", options=options))
    assert response.status_code == 422
    assert "Only staff may name judges" in response.content.decode()
    assert not GenerationRun.objects.exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ('{"judges": [{"model": "gpt"}]}', "known provider"),
        ('{"answers_of": "x"}', "generate_preferences"),
        ('{"answers": 1}', "between 2 and 8"),
    ],
)
def test_options_of_preferences_are_checked_before_anything_is_made(staff, constitution, options, complaint):
    response = staff.post(START, words(constitution, kind="preference", options=options))
    assert response.status_code == 422
    assert complaint in response.content.decode()


def test_judges_that_cost_money_keep_a_run_from_strangers(reader, constitution, keys):
    options = {"judges": [{"model": "openai/gpt-test"}]}
    run = start_run(
        constitution=constitution,
        kind="preference",
        prompts=[Prompt("One?")],
        model="rehearsal/demonstration",
        options=options,
    )
    assert (
        reader.post(reverse("training:control_run", args=[run.pk]), {"action": "resume"}).status_code == 403
    )


def test_a_run_is_paused_resumed_and_canceled(reader, constitution):
    run = make_run(constitution)
    address = reverse("training:control_run", args=[run.pk])
    for action, status in (("pause", "paused"), ("resume", "queued"), ("cancel", "canceled")):
        reader.post(address, {"action": action})
        run.refresh_from_db()
        assert run.status == status


def test_a_run_that_costs_money_is_controlled_by_staff_alone(reader, constitution):
    run = make_run(constitution, model="openai/gpt-test")
    address = reverse("training:control_run", args=[run.pk])
    assert reader.post(address, {"action": "cancel"}).status_code == 403
    assert "Cancel the run" not in reader.get(reverse("training:run", args=[run.pk])).content.decode()
    run.refresh_from_db()
    assert run.status == "queued"


def test_an_unknown_action_is_refused(reader, constitution):
    address = reverse("training:control_run", args=[make_run(constitution).pk])
    assert reader.post(address, {"action": "explode"}).status_code == 400


def test_progress_is_asked_for_only_while_the_run_moves(reader, constitution):
    run = make_run(constitution)
    address = reverse("training:progress", args=[run.pk])
    moving = reader.get(address)
    assert "every 2s" in moving.content.decode()
    assert "HX-Refresh" not in moving
    execute_run(run=run)
    resting = reader.get(address)
    assert "every 2s" not in resting.content.decode()
    assert resting["HX-Refresh"] == "true"


def test_cost_and_budget_stand_on_the_page(staff, constitution, settings):
    settings.MODEL_PRICES = {"openai/*": {"input": 1, "output": 2}}
    run = make_run(constitution, model="openai/gpt-test")
    GenerationRun.objects.update(cost_micros=1_250_000, token_budget=9_000, committed_tokens=2_000)
    page = staff.get(reverse("training:run", args=[run.pk])).content.decode()
    assert "$1.25" in page
    assert "7,000 of 9,000 tokens" in page
