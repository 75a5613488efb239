from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from config.demonstration import SLUG, load_demonstration
from config.one_time_login import make_login_link


class Command(BaseCommand):
    help = "Load the demonstration: simulated votes, a constitution, training rows and a first comparison."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", default="", help="the address the site will be served at")

    def handle(self, *args: Any, **options: Any) -> None:
        facilitator = load_demonstration(progress=self.stdout.write)
        link = make_login_link(facilitator, options["site"])
        site = link.partition("/accounts/")[0]
        vote = reverse("voting:conversation", args=[SLUG])
        results = reverse("analysis:results", args=[SLUG])
        constitution = reverse("constitution:latest", args=[SLUG])
        compare = f"{reverse('evaluation:compare')}?a=rehearsal-plain&b=rehearsal-constitution"
        self.stdout.write(
            "\nThe demonstration is ready.\n"
            f"  Vote          {site}{vote}\n"
            f"  Results       {site}{results}\n"
            f"  Constitution  {site}{constitution}\n"
            f"  Comparison    {site}{compare}  (after signing in)\n"
            f"  Sign in as facilitator, once, within an hour:\n  {link}\n"
        )
