"""Make critique–revision training data from an adopted constitution."""

from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.export import AS_WORDED, FRAMINGS
from constitution.services import ConstitutionNotFound, find_constitution
from training.asking import read_examples
from training.budget import left_budget
from training.critique.smoke import is_smoke, report_smoke, smoke_of, start_smoke
from training.models import GenerationRun
from training.providers import ModelUnavailable
from training.revisions import KEEPING
from training.run_arguments import (
    add_prompt_arguments,
    add_run_arguments,
    begin_and_carry_out,
    chosen_prompts,
    outcome,
)
from training.services import ConstitutionNotAdopted, RunInProgress, execute_run
from training.shards import RunStopped

SETUP_ERRORS = (ConstitutionNotAdopted, ConstitutionNotFound, ModelUnavailable, ValueError)


class Command(BaseCommand):
    help = "Run critique and revision over prompts; the same command again takes up an interrupted run."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add_prompt_arguments(parser)
        add("--model", default="", help="anthropic/…, openai/…, openai-api/<service>/…, rehearsal/…")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add("--rounds", type=int, default=4, help="critiques and revisions per prompt")
        add("--samples", type=int, default=1, help="dialogues per prompt, each with a seed of its own")
        add("--direct", action="store_true", help="ask for revisions without a critique before them")
        add("--framing", default=AS_WORDED, choices=FRAMINGS, help="how a principle is put to the model")
        add("--examples", type=Path, help="a file of worked examples instead of ours")
        add("--no-examples", action="store_true", help="put no worked examples before a round")
        add("--judge", default="", help="judge each revision: self, MODEL or MODEL@URL")
        add(
            "--keep", default="last", choices=KEEPING, help="best: drop revisions judged worse; needs --judge"
        )
        add("--seed", type=int, default=0, help="settles which principles are drawn")
        add("--temperature", type=float, help="sent only where the provider takes it")
        add("--max-tokens", type=int, help="longest answer to ask for")
        told = "then answer greetings and simple questions the same way, within the budget"
        add("--smoke", action=BooleanOptionalAction, default=True, help=told)
        add_run_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = begin_and_carry_out(
                constitution=find_constitution(options["constitution"]),
                kind="revision",
                prompts=chosen_prompts(options),
                run_options=run_options(options),
                words=options,
                tell=self.stderr.write,
                **{name: options[name] for name in ("model", "base_url", "seed")},
            )
        except (*SETUP_ERRORS, RunInProgress, RunStopped) as error:
            raise CommandError(str(error)) from error
        if run is not None:
            self.stdout.write(outcome(run))
            if options["smoke"] and run.status == GenerationRun.Status.FINISHED and not is_smoke(run):
                self.answer_smoke(run, options)

    def answer_smoke(self, run: GenerationRun, options: dict[str, Any]) -> None:
        """Put the smoke set through the recipe of a finished run, and say what came of it."""
        if smoke_of(run) is None and left_budget(run).is_used_up():
            self.stdout.write("The budget leaves nothing for the smoke set.")
            return
        try:
            smoke = execute_run(run=start_smoke(run), retries=options["max_retries"])
        except (*SETUP_ERRORS, RunInProgress, RunStopped) as error:
            raise CommandError(str(error)) from error
        report = report_smoke(smoke)
        told = (
            ", ".join(f"{after.words} {after.n} of {after.of}" for _, after in report.rows) if report else ""
        )
        self.stdout.write(f"Smoke set, run {smoke.pk}: {told or 'no final text'}.")


def run_options(options: dict[str, Any]) -> dict[str, Any]:
    """What the command's words mean to a run of critique and revision."""
    model, _, base_url = options["judge"].partition("@")
    examples = read_examples(options["examples"]) if options["examples"] else not options["no_examples"]
    return {
        **{name: options[name] for name in ("rounds", "samples", "framing", "keep")},
        "critique": not options["direct"],
        "examples": examples,
        "judge": {"model": model, "base_url": base_url} if base_url else model,
    }
