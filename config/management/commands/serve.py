from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.serving import (
    AlreadyServing,
    PortTaken,
    default_workers,
    prepare_site,
    refuse_conflicts,
    serve_site,
)


class Command(BaseCommand):
    help = "Serve the site: migrate, then run the web server and the job worker until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--workers",
            type=int,
            default=default_workers(),
            help="web server processes; one for each core, up to four, unless given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, workers = options["host"], options["port"], options["workers"]
        if workers < 1:
            raise CommandError("--workers must be at least 1.")
        try:
            refuse_conflicts(host=host, port=port)
        except AlreadyServing as error:
            self.stdout.write(f"{error} Stop it with `make stop`.")
            return
        except PortTaken as error:
            raise CommandError(f"{error} Stop what uses it, or choose another --port.") from error
        prepare_site()
        self.stdout.write(
            f"Serving on http://{host}:{port}/  (facilitators: /facilitate/, research: /research/)\n"
            "Ctrl-C stops web server and worker; the database keeps running until `make stop`."
        )
        serve_site(host=host, port=port, workers=workers)
        self.stdout.write("Stopped.")
