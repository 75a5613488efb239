"""The whole chain on simulated people and a rehearsal model: from votes to two compared variants.

Every step finds what an earlier run of it made, so loading the demonstration again changes nothing, also
when visitors have voted since.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from analysis.services import run_analysis
from constitution.building import write_exports
from constitution.models import Constitution
from constitution.services import adopt_constitution, draft_constitution, save_rule
from evaluation.models import EvaluationRun
from evaluation.services import register_variant, run_evaluation
from evaluation.tasks import TASKS
from training.datasets import FORMATS, export_dataset
from training.models import GenerationRun
from training.prompts import read_prompts
from training.services import execute_run, start_run
from voting.models import Conversation
from voting.simulation import simulate_conversation

SLUG = "demo"
FACILITATOR = "demo"
MODEL = "rehearsal/demonstration"
PROMPTS = settings.BASE_DIR / "training" / "demonstration" / "prompts.jsonl"
LEVEL = 0.7

Progress = Callable[[str], None]


def load_demonstration(*, progress: Progress) -> User:
    """Make the demonstration, or what is missing of it; returns its facilitator."""
    facilitator = find_facilitator()
    if not Conversation.objects.filter(slug=SLUG).exists():
        progress("Simulating a conversation: 400 participants in three groups of opinion")
    conversation = simulate_conversation(slug=SLUG, owner=facilitator)
    constitution = find_adopted(conversation) or adopt_first(conversation, facilitator, progress)
    folder = settings.VAR_DIR / "demo"
    write_exports_once(constitution, folder / "constitution", progress)
    make_training_data(constitution, folder / "dataset", progress)
    compare_two_variants(constitution, progress)
    return facilitator


def find_facilitator() -> User:
    """The facilitator has no password: a link signs in."""
    facilitator, is_new = User.objects.get_or_create(username=FACILITATOR)
    if is_new:
        facilitator.set_unusable_password()
        facilitator.save()
    return facilitator


def find_adopted(conversation: Conversation) -> Constitution | None:
    adopted = conversation.constitutions.filter(status=Constitution.Status.ADOPTED)
    return adopted.order_by("version").first()


def adopt_first(conversation: Conversation, facilitator: User, progress: Progress) -> Constitution:
    """Analyze the votes, draft what all groups support, and adopt it."""
    progress("Analyzing the votes")
    analysis = run_analysis(conversation=conversation)
    progress(f"Drafting a constitution from what all {analysis.k} groups support, and adopting it")
    draft = draft_constitution(analysis=analysis, rule=save_rule(min_level=LEVEL))
    return adopt_constitution(constitution=draft, by=facilitator, accept_flagged=True)


def write_exports_once(constitution: Constitution, folder: Path, progress: Progress) -> None:
    if folder.exists():
        return
    progress(f"Exporting the constitution to {folder}")
    folder.mkdir(parents=True)
    write_exports(constitution, folder, progress=lambda _line: None)


def make_training_data(constitution: Constitution, folder: Path, progress: Progress) -> None:
    """Rehearse critique and revision, and export the rows in both formats."""
    run = constitution.generation_runs.filter(model=MODEL).order_by("created_at").first()
    if run is None or run.status != GenerationRun.Status.FINISHED:
        progress("Rehearsing critique and revision (prepared answers, no model)")
        run = start_run(constitution=constitution, prompts=read_prompts(PROMPTS).prompts, model=MODEL)
        execute_run(run=run)
    for format in FORMATS:
        if not (folder / format).exists():
            progress(f"Exporting {format} rows to {folder / format}")
            export_dataset(run=run, format=format, out=folder / format)


def compare_two_variants(constitution: Constitution, progress: Progress) -> None:
    """Measure the rehearsal model with and without the constitution, on every task."""
    plain = register_variant(slug="rehearsal-plain", name="Rehearsal, as it is", model=MODEL)
    shaped = register_variant(
        slug="rehearsal-constitution",
        name="Rehearsal, with the constitution",
        model=MODEL,
        constitution=constitution,
    )
    for task in TASKS:
        for variant in (plain, shaped):
            if variant.runs.filter(task=task, status=EvaluationRun.Status.FINISHED).exists():
                continue
            progress(f"Measuring “{variant.name}” on {task}")
            run_evaluation(variant=variant, task=task, conversation=constitution.conversation)
