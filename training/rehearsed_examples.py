"""What the rehearsal model writes when asked for a classifier's examples: sentences around the principle."""

import re

PRINCIPLE = re.compile(r"[Tt]he principle: (.+)")
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


def is_list_asked(words: str) -> bool:
    return "reply with a numbered list of the messages alone" in words


def write_messages(question: str, number: int) -> str:
    """Three messages around the principle that is named, other ones for another manner."""
    principle = PRINCIPLE.search(question)
    subject = principle[1].removeprefix("Choose the response that ").rstrip(".") if principle else "this"
    askers = ("My son", "A colleague", "My club", "The council", "A reader", "My class", "A friend")
    chosen = [askers[(number + step) % len(askers)] for step in range(3)]
    lines = [
        f"{step}. {asker} asks, case {number % 9973}: what should one answer that {subject}?"
        for step, asker in enumerate(chosen, start=1)
    ]
    return "\n".join(lines)


def are_numbers_asked(words: str) -> bool:
    return "end your reply with one line of the numbers" in words


def name_principle(question: str, number: int) -> str:
    """One of the principles that are listed, or none."""
    listed = re.findall(r"^(\d+)\. ", question, re.MULTILINE)
    chosen = [*listed, "none"][number % (len(listed) + 1)]
    return f"The message is about this and that.\nPRINCIPLES: {chosen}"
