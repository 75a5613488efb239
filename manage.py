#!/usr/bin/env python
"""Run a management command of the platform."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

from config.failures import explain


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError, ProgrammingError) as error:
        explanation = explain(error)
        if explanation is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"Error: {explanation}")


if __name__ == "__main__":
    main()
