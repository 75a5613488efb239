"""Killed at any moment and started again: nothing finished is asked twice, nothing is lost."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories import make_adopted_constitution
from tests.provider_server import ProviderServer
from tests.training.processes import start_process, wait_until, wait_until_it_rests
from training.models import GenerationRun
from training.services import iterate_samples

N_SAMPLES = 12
ROUNDS = 2
CONNECTIONS = 6
CALLS = N_SAMPLES * (1 + 2 * ROUNDS)


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("protocol", "n_kills"), [("anthropic", 1), ("openai", 2)])
@pytest.mark.usefixtures("var_dir", "keys")
def test_a_killed_run_asks_nothing_twice(tmp_path, provider: ProviderServer, protocol, n_kills):
    words = words_of(make_adopted_constitution(), tmp_path, provider, protocol)
    for _ in range(n_kills):
        provider.hold_after(20)
        process = start_process(tmp_path, "generate_revisions", *words)
        kill_when_all_calls_are_held(process, provider)
        assert GenerationRun.objects.get().status == "running"
        provider.open_gate()

    assert provider.n_answered == 20 * n_kills
    call_command("generate_revisions", *words)
    run = GenerationRun.objects.get()
    assert (run.status, run.n_finished, run.n_failed) == ("finished", N_SAMPLES, 0)
    assert provider.n_answered == run.token_use["calls"] == CALLS
    assert len({sample.prompt for sample in iterate_samples(run)}) == N_SAMPLES


def kill_when_all_calls_are_held(process: subprocess.Popen, provider: ProviderServer) -> None:
    """Kill at a moment when every answer has arrived, so that the count afterwards can be exact."""
    wait_until(lambda: provider.n_open == CONNECTIONS, of=process)
    wait_until_it_rests(process)
    process.send_signal(signal.SIGKILL)
    process.wait()


def words_of(constitution, folder: Path, provider: ProviderServer, protocol: str) -> list[str]:
    """What follows the name of generate_revisions."""
    prompts = folder / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": f"Question {n}?"}) + "\n" for n in range(N_SAMPLES)))
    model, url = {
        "anthropic": ("anthropic/claude-test", provider.anthropic_url),
        "openai": ("openai-api/local/llama-test", provider.openai_url),
    }[protocol]
    words = [constitution.reference, "--prompts", prompts, "--model", model, "--base-url", url]
    words += ["--rounds", ROUNDS, "--max-connections", CONNECTIONS, "--no-smoke"]
    return [str(word) for word in words]
