"""python manage.py compile_languages"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.catalogs import compile_catalogs


class Command(BaseCommand):
    help = "Compile the translations in locale/, as every start of the site with make does."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        compiled = compile_catalogs(settings.LOCALE_PATHS[0])
        if options["verbosity"]:
            self.stdout.write(f"Compiled: {', '.join(compiled) or 'nothing, all are up to date'}.")
