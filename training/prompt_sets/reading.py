"""Reading what a model wrote: a list of prompts, or the numbers of principles."""

import re

ITEM = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+(.+)$")
NUMBERS = re.compile(r"PRINCIPLES:\s*(none|[\d ,]+)", re.IGNORECASE)


def read_list(text: str, most: int) -> list[str]:
    """The items of a numbered or bulleted list, in order, each once; text around the list is left out."""
    found: list[str] = []
    for line in text.splitlines():
        item = ITEM.match(line)
        if item:
            found.append(item[1].strip().strip("“”\"'").strip())
        elif found and line.strip() and line.startswith((" ", "\t")):
            found[-1] = f"{found[-1]}\n{line.strip()}"
    return list(dict.fromkeys(item for item in found if item))[:most]


def read_numbers(text: str, known: set[int]) -> list[int] | None:
    """The principles a model names on its last line; None if that line cannot be read."""
    lines = NUMBERS.findall(text)
    if not lines:
        return None
    if lines[-1].strip().lower() == "none":
        return []
    named = [int(number) for number in re.findall(r"\d+", lines[-1])]
    return list(dict.fromkeys(number for number in named if number in known))
