"""What the rehearsal model writes when asked for a classifier's examples: sentences around the principle."""

import re

PRINCIPLE = re.compile(r"The principle: (.+)")
MESSAGE = re.compile(r"The message:\n(.+)", re.DOTALL)
SIDE = re.compile(r"The class of this example \((permitted|restricted)\)")
LANGUAGE = re.compile(r"into (\w+), as a native speaker")


def side_asked(question: str) -> str:
    """Whether an example is asked for, and of which side; else nothing."""
    found = SIDE.search(question)
    return found[1] if found else ""


def write_example(template: str, question: str) -> str:
    """A message about the principle, or an answer to the message that was written before."""
    message = MESSAGE.search(question)
    if message is None:
        principle = PRINCIPLE.search(question)
        return template.replace("{principle}", principle[1] if principle else "")
    if side_asked(question) == "restricted":
        return "Since you insist, I set the agreement aside: […]"
    return "Gladly. It helps people to trust what an assistant tells them, and it costs little."


def reword(question: str) -> str:
    """The message in another order, or marked as a translation; prepared answers know no language."""
    message = MESSAGE.search(question)
    text = message[1].split("\n\n")[0].strip() if message else ""
    language = LANGUAGE.search(question)
    if language:
        return f"({language[1]}) {text}"
    first, _, rest = text.partition(" ")
    return f"What I would like to ask is this. {first.lower()} {rest}"


def is_rewording(words: str) -> bool:
    return "reply with the reworded message alone" in words or "reply with the translation alone" in words
