"""python manage.py extract_messages"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.catalogs import update_catalogs


class Command(BaseCommand):
    help = "Bring locale/*.po in step with the templates and the code; run by make messages."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        missing = update_catalogs(settings.BASE_DIR)
        lines = [f"{language}: {n} to translate" for language, n in missing.items()]
        self.stdout.write("\n".join(lines))
