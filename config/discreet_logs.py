"""Log lines without what people wrote."""

import logging
import re

# PostgreSQL explains a refused row by quoting it: the whole statement, or a person's name.
QUOTED_ROW = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+): .*(\n[ \t].*)*", re.MULTILINE)


class DiscreetFormatter(logging.Formatter):
    """Formats as usual, but leaves out the rows PostgreSQL quotes in its errors."""

    def format(self, record: logging.LogRecord) -> str:
        return QUOTED_ROW.sub(r"\1: (left out)", super().format(record))
