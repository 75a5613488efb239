from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.one_time_login import make_login_link


class Command(BaseCommand):
    help = "Print a link that signs one user in, once, within an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--site", default="", help="the site's address, if other than SITE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(
                f"There is no active user named {options['username']}: make one with createsuperuser."
            )
        self.stdout.write(make_login_link(user, options["site"]))
