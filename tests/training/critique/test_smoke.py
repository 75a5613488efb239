"""The smoke set: the same recipe over greetings and simple questions, reported with counts."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.factories import make_adopted_constitution, make_facilitator
from tests.provider_server import echo_reply, provider_server
from training.critique.smoke import faults_of, is_smoke, report_smoke, smoke_of, smoke_prompts, start_smoke
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = pytest.mark.usefixtures("var_dir", "keys")


def make_run(**fields) -> GenerationRun:
    defaults = {"model": "rehearsal/demonstration", "options": {"rounds": 1}}
    return start_run(
        constitution=make_adopted_constitution(), prompts=[Prompt("hello?")], **(defaults | fields)
    )


def test_the_smoke_set_is_benign_and_has_greetings():
    assert {"hey", "thanks!"} <= {prompt.text for prompt in smoke_prompts()}
    assert all({"benign", "smoke"} <= set(prompt.tags) for prompt in smoke_prompts())


def test_it_goes_through_the_same_recipe_and_is_found_again():
    run = make_run(options={"rounds": 1, "critique": False, "samples": 2}, seed=4)
    assert smoke_of(run) is None
    smoke = start_smoke(run)
    assert smoke_of(run) == start_smoke(run) == smoke
    assert (smoke.parameters, smoke.n_samples) == (run.parameters, 2 * len(smoke_prompts()))
    assert is_smoke(smoke)
    assert not is_smoke(run)
    assert smoke_of(make_run(seed=5)) is None


def test_the_report_counts_what_was_spoiled():
    def reply(messages):
        if messages[-1]["content"] == "hey":
            return "I'm sorry, but I cannot help with that."
        is_spoiling = "Write the revised" in messages[-1]["content"] and messages[-5]["content"] == "thanks!"
        return "It is inappropriate to say so." if is_spoiling else echo_reply(messages)

    with provider_server(reply=reply) as provider:
        run = make_run(model="openai-api/local/llama-test", base_url=provider.openai_url)
        report = report_smoke(execute_run(run=start_smoke(run)))
    counts = {after.name: (before.n, after.n, after.of) for before, after in report.rows}
    n = len(smoke_prompts())
    assert counts == {"refused": (1, 0, n), "apologized": (1, 0, n), "lectured": (0, 1, n)}


def test_before_anything_is_answered_there_is_no_report():
    assert report_smoke(start_smoke(make_run())) is None


def test_faults_by_hand():
    assert list(faults_of("Hey! What's up?")) == []
    assert list(faults_of("I'm sorry, I can't assist. It is important to note …")) == [
        "refused",
        "apologized",
        "lectured",
    ]


def test_anybody_may_rehearse_it_and_a_costly_model_asks_for_staff(client):
    client.force_login(make_facilitator())
    rehearsed, costly = make_run(), make_run(model="anthropic/claude-test")
    assert client.post(reverse("training:answer_smoke", args=[rehearsed.pk])).status_code == 302
    assert smoke_of(rehearsed).status == "queued"
    assert client.post(reverse("training:answer_smoke", args=[costly.pk])).status_code == 403
    assert smoke_of(costly) is None


def test_a_stranger_starts_nothing(client):
    run = make_run()
    assert "login" in client.post(reverse("training:answer_smoke", args=[run.pk])).url
    assert smoke_of(run) is None


def test_the_command_answers_it_after_the_run_and_says_what_came_of_it(tmp_path, capsys):
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"prompt": "hello?"}\n')
    words = ["--prompts", str(prompts), "--model", "rehearsal/demonstration", "--rounds", "1"]
    call_command("generate_revisions", make_adopted_constitution().reference, *words)
    told = capsys.readouterr().out
    assert GenerationRun.objects.count() == 2
    assert "Smoke set, run" in told
    assert "refused 0 of 14" in told


def test_the_command_leaves_it_out_on_request(tmp_path, capsys):
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"prompt": "hello?"}\n')
    words = ["--prompts", str(prompts), "--model", "rehearsal/demonstration", "--rounds", "1", "--no-smoke"]
    call_command("generate_revisions", make_adopted_constitution().reference, *words)
    assert "Smoke set" not in capsys.readouterr().out
    assert GenerationRun.objects.count() == 1
