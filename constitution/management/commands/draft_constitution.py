"""manage.py draft_constitution SLUG: draft a constitution from an analysis under a rule."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.services import find_analysis
from constitution.rule_spec import read_rule
from constitution.services import NothingQualifies, RuleRefused, draft_constitution
from voting.models import Conversation


class Command(BaseCommand):
    help = "Draft a constitution from the statements every group supports; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the conversation's address")
        parser.add_argument(
            "--rule",
            default="level=0.85",
            help="a saved rule's name, or parameters: level=0.85,min_votes=10,max=75,order=level",
        )
        parser.add_argument(
            "--analysis", type=int, metavar="N", help="its number; without it, the current one"
        )
        parser.add_argument("--title", help="without it, the conversation's")
        parser.add_argument("--again", action="store_true", help="a new draft even where the same is adopted")

    def handle(self, *args: Any, **options: Any) -> None:
        conversation = Conversation.objects.filter(slug=options["slug"]).first()
        if conversation is None:
            raise CommandError(f"There is no conversation {options['slug']!r}.")
        analysis = find_analysis(conversation, options["analysis"])
        if analysis is None:
            raise CommandError(
                f"{conversation.slug} has no such analysis: run “analyze {conversation.slug}” first."
            )
        try:
            constitution = draft_constitution(
                analysis=analysis,
                rule=read_rule(options["rule"]),
                title=options["title"],
                reuse_adopted=not options["again"],
            )
        except (RuleRefused, NothingQualifies) as error:
            raise CommandError(str(error)) from error
        principles = constitution.principles.all()
        n_flagged = sum(principle.needs_editing for principle in principles)
        self.stdout.write(
            f"{constitution.reference} ({constitution.status}): {len(principles)} principles, "
            f"{n_flagged} of them for a person to word."
        )
