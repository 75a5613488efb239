"""Make preference pairs: answers to prompts, judged in pairs under an adopted constitution's principles."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import ConstitutionNotFound, find_constitution
from training.comparisons import DEFAULTS, FRAMINGS, LABELS, PAIRINGS
from training.earlier_answers import prompts_with_answers
from training.models import GenerationRun
from training.preferences import count_labels
from training.prompts import Prompt
from training.providers import ModelUnavailable
from training.run_arguments import (
    add_prompt_arguments,
    add_run_arguments,
    begin_and_carry_out,
    chosen_prompts,
    outcome,
)
from training.services import ConstitutionNotAdopted, RunInProgress
from training.shards import RunStopped

ERRORS = (
    *(ConstitutionNotAdopted, ConstitutionNotFound, ModelUnavailable, ValueError),
    *(RunInProgress, RunStopped),
)
PLAIN = ("answers", "pairs", "principles", "label", "samples", "reasoning", "framing", "tie_margin")


class Command(BaseCommand):
    help = "Have pairs of answers judged in both orders; the same command again takes up an interrupted run."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        source = add_prompt_arguments(parser)
        source.add_argument("--answers-of", default="", help="id of a finished critique–revision run")
        add("--model", default="", help="answers, and judges where no judge is named: anthropic/…, openai/…")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add("--answer-model", action="append", default=[], help="MODEL or MODEL@URL; several take turns")
        add("--with-constitution", action="store_true", help="every other answer sees the constitution")
        add("--judge", action="append", default=[], help="MODEL or MODEL@URL; several judge each pair")
        add("--answers", type=int, default=DEFAULTS["answers"], help="answers per prompt")
        add("--pairs", choices=PAIRINGS, default=DEFAULTS["pairs"], help="which answers are compared")
        add("--principles", type=int, default=DEFAULTS["principles"], help="principles drawn per pair")
        add("--label", choices=LABELS, default=DEFAULTS["label"], help="samples: never log-probabilities")
        add("--samples", type=int, default=DEFAULTS["samples"], help="times asked without log-probabilities")
        add("--reasoning", action="store_true", help="judge step by step; labels are clamped to 0.4–0.6")
        add(
            "--framing", choices=FRAMINGS, default=DEFAULTS["framing"], help="negative asks for the worse one"
        )
        add("--tie-margin", type=float, default=DEFAULTS["tie_margin"], help="as near to 0.5 is a tie")
        add("--seed", type=int, default=0, help="settles which principles are drawn")
        add("--temperature", type=float, help="sent only where the provider takes it")
        add("--max-tokens", type=int, help="longest answer to ask for")
        add_run_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = begin_and_carry_out(
                constitution=find_constitution(options["constitution"]),
                kind=GenerationRun.Kind.PREFERENCE,
                prompts=prompts_to_answer(options),
                run_options=run_options(options),
                words=options,
                tell=self.stderr.write,
                **{name: options[name] for name in ("model", "base_url", "seed")},
            )
        except ERRORS as error:
            raise CommandError(str(error)) from error
        if run is not None:
            found = ", ".join(f"{n} {status}" for status, n in sorted(count_labels(run).items()))
            self.stdout.write(f"{outcome(run)} Pairs: {found or 'none yet'}.")


def prompts_to_answer(options: dict[str, Any]) -> list[Prompt]:
    """The prompts of a file or a set, or those of an earlier run with its answers."""
    if not options["answers_of"]:
        return list(chosen_prompts(options))
    try:
        run = GenerationRun.objects.filter(pk=options["answers_of"]).first()
    except ValidationError:
        run = None
    if run is None:
        raise ValueError(
            f"there is no run {options['answers_of']}: give the id that generate_revisions printed"
        )
    return list(prompts_with_answers(run, n_answers=options["answers"], limit=options["limit"]))


def run_options(options: dict[str, Any]) -> dict[str, Any]:
    """What the command's words mean to a preference run."""
    answerers = [model_at(text) for text in options["answer_model"]]
    if options["with_constitution"]:
        named = answerers or [{"model": options["model"], "base_url": options["base_url"]}]
        answerers = [twin for model in named for twin in (model, {**model, "constitution": True})]
    return {
        **{name: options[name] for name in PLAIN},
        "answers_of": options["answers_of"],
        "answerers": answerers,
        "judges": [model_at(text) for text in options["judge"]],
    }


def model_at(text: str) -> dict[str, Any]:
    """`model@url` taken apart."""
    model, _, base_url = text.partition("@")
    return {"model": model, "base_url": base_url}
