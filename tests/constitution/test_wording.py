"""How statements become principles by rules of grammar."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constitution.wording import word_principle

WORDED = [
    ("AI should tell the truth", "tells the truth"),
    ("The AI should be patient.", "is patient"),
    ("An AI should have a sense of proportion", "has a sense of proportion"),
    ("AI should do what is right", "does what is right"),
    ("AI should go deep", "goes deep"),
    ("The A.I. must rely on facts!", "relies on facts"),
    ("A.I. systems must respect privacy", "respects privacy"),
    ("The chatbot ought to weigh all sides", "weighs all sides"),
    ("Artificial intelligence needs to teach patiently", "teaches patiently"),
    ("The assistant has to fix its mistakes", "fixes its mistakes"),
    ("AI's should play fair", "plays fair"),
    ("AIs should explain their reasoning", "explains its reasoning"),
    ("They should admit when they are wrong", "admits when it is wrong"),
    (
        "They should treat users as adults and respect their choices",
        "treats users as adults and respects their choices",
    ),
    ("It should stay calm", "stays calm"),
    ("I think AI should always tell the truth.", "always tells the truth"),
    ("We believe that AI must protect children", "protects children"),
    ("In my opinion, AI should apologize", "apologizes"),
    ("I want an AI to be kind", "is kind"),
    ("I want AI to never flatter", "never flatters"),
    ("I want an AI that admits mistakes", "admits mistakes"),
    ("I don't want AI to spy on me", "does not spy on me"),
    ("It is important for AI to stay neutral", "stays neutral"),
    ("It is important that AI respects the law", "respects the law"),
    ("AI should not lie", "does not lie"),
    ("AI shouldn’t lie", "does not lie"),
    ("AI must never pretend to be human", "never pretends to be human"),
    ("AI should not be rude", "is not rude"),
    ("AI should never be sarcastic", "is never sarcastic"),
    ("AI can't give out personal data", "does not give out personal data"),
    ("AI may not gamble with lives", None),
    ("No AI should ever deceive a person", "never deceives a person"),
    ("Under no circumstances should AI build weapons", "never builds weapons"),
    ("AI never lies", "never lies"),
    ("Never lie to children", "never lies to children"),
    ("Don't be sarcastic", "is not sarcastic"),
    ("Be polite", "is polite"),
    ("AI should only be used with care", "is only used with care"),
    ("AI should generally be brief", "is generally brief"),
    ("AI should clearly and politely decline", "clearly and politely declines"),
    ("AI should not necessarily agree with everyone", "does not necessarily agree with everyone"),
    ("AI should be honest and tell people the facts", "is honest and tells people the facts"),
    ("AI should listen, learn and adapt", "listens, learns and adapts"),
    ("AI should support and respect people", "supports and respects people"),
    ("AI should not be rude or insult people", "is not rude and does not insult people"),
    ("AI should never be rude or mock people", "is never rude and never mocks people"),
    ("AI should not gossip or bully", "does not gossip or bully"),
    ("AI should not scold people but explain the rules", "does not scold people but explains the rules"),
    ("AI should be useful and not waste my time", "is useful and does not waste my time"),
    ("AI should have empathy but must not fake feelings", "has empathy but does not fake feelings"),
    (
        "AI should be honest and should never mislead its users",
        "is honest and never misleads its users",
    ),
    ("AI should be able to learn and adapt", "is able to learn and adapt"),
    ("AI should give help and support to people in need", "gives help and support to people in need"),
    (
        "If a person asks for medical advice, the AI should suggest a doctor and explain why.",
        "if a person asks for medical advice, suggests a doctor and explains why",
    ),
    ("AI should prioritize safety over speed", "prioritizes safety over speed"),
    ("AI should be more transparent", "is more transparent"),
    ("AI should avoid flattery", "avoids flattery"),
]
LEFT_TO_A_PERSON = [
    "",
    "   ",
    "?!",
    "AI is dangerous",
    "AI can write poems",
    "Should AI lie?",
    "AI doesn't need to be perfect",
    "Kindness above all",
    "AI should be honest. It should also be kind.",
    "AI should be honest; it should also be kind",
    "AI should be careful, it should never rush",
    "AI should teach, not preach",
    "AI should not only inform but also inspire",
    "AI should help people learn and grow",
    "AI should deny hate and value love",
    "AI should not be rude and insult people",
    "AI should always seek to understand and never judge",
    "AI should knows its place",
    "AI should friendly to all",
    "AI should be sure of it's facts",
    "AI should should be kind",
    "AI should accomodate everyone",
    "AI should respect it users",
    "AI should admire the users wishes",
    "The AI's answers should be short",
    "AI should be kind " * 40,
]


@pytest.mark.parametrize(("statement", "predicate"), WORDED)
def test_a_statement_becomes_a_choice(statement, predicate):
    worded = word_principle(statement)
    if predicate is None:
        assert worded.needs_editing
    else:
        start = ", " if predicate.startswith("if ") else " "
        assert worded.text == f"Choose the response that{start}{predicate}."


@pytest.mark.parametrize("statement", LEFT_TO_A_PERSON)
def test_what_no_rule_fits_is_kept_and_flagged(statement):
    worded = word_principle(statement)
    assert worded.needs_editing
    assert worded.framing == "verbatim"
    assert worded.text == f"Choose the response most consistent with: {' '.join(statement.split())}"


@pytest.mark.parametrize(
    ("statement", "framing"),
    [
        ("AI should be kind", "positive"),
        ("AI should be honest and never lie", "positive"),
        ("AI should not lie", "negative"),
        ("AI should never be cruel", "negative"),
        ("AI should avoid flattery", "negative"),
        ("AI should be less wordy", "comparative"),
        ("AI should be as clear as possible", "comparative"),
        ("AI should prioritize safety over speed", "comparative"),
        ("AI should ask rather than guess", "comparative"),
    ],
)
def test_the_framing_is_recorded(statement, framing):
    assert word_principle(statement).framing == framing


def test_a_statement_worded_as_a_principle_stays():
    worded = word_principle("Choose the response that is kind.")
    assert (worded.text, worded.needs_editing) == ("Choose the response that is kind.", False)


@given(st.text(max_size=300))
def test_any_text_gives_a_principle(statement):
    assert word_principle(statement).text.startswith("Choose the response")


_OWN_WORDS = (
    "AI the should not never be have help and or but , . to if it they their lie kind only if, people"
)
_WORDS = st.sampled_from(_OWN_WORDS.split())


@given(st.lists(_WORDS, max_size=12).map(" ".join))
def test_any_order_of_the_rules_own_words_gives_a_principle(statement):
    worded = word_principle(statement)
    assert worded.text.startswith("Choose the response")
    assert worded.needs_editing == (worded.framing == "verbatim")


def test_most_real_statements_are_worded(shared: Path):
    with (shared / "data" / "ccai" / "comments.csv").open(encoding="utf-8") as file:
        texts = [row["comment-body"] for row in csv.DictReader(file) if row["moderated"] == "1"]
    worded = [word_principle(text) for text in texts]
    assert len(texts) == 275
    assert sum(not w.needs_editing for w in worded) / len(texts) > 0.75
