from typing import Any

from django.core.management.base import BaseCommand

from config.stopping import stop_database, stop_serving


class Command(BaseCommand):
    help = "Stop a running `serve`, then the site's own database. A server of DATABASE_URL is left alone."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = []
        if stop_serving():
            stopped.append("web server and worker")
        if stop_database():
            stopped.append("database")
        self.stdout.write(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
