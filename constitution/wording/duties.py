"""Find what a statement asks of the AI: under which condition, how negated, and in which words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from constitution.wording.inflection import is_third_person
from constitution.wording.lexicon import ADJECTIVE_VERBS, BASE_VERBS, NOUN_VERBS, VERBS

_KIND = r"(?:systems?|assistants?|models?|chat ?bots?|bots?|tools?|programs?|agents?|technology|apps?)"
_AI = rf"(?:a\.? ?[il]\.?(?:['’]?s)?|artificial intelligences?)(?: {_KIND})?"
_NAMED = (
    rf"(?:{_AI}|chat ?bots?|(?:virtual |digital )?assistants?|(?:large )?(?:language )?models?|llms?|bots?)"
)
_SUBJECT = rf"(?:(?:(?:the|an?|any|all|every|our|your|such|future|this|these)[ ]+)*{_NAMED}|it|they)(?= |,)"
_HOW = r"(?:(?:really|definitely|certainly|absolutely|probably|also|truly|strongly|firmly|personally|just) )?"
_NOT_MODAL = (
    r"(?:should|shall|must|ought|need|may|can|will|could)(?: not|n['’]?t)(?: to)?"
    r"|cannot|can['’]?t|won['’]?t|shan['’]?t|ought not to|needs? not to"
    r"|(?:is|are) not (?:supposed|allowed|permitted) to|had better not"
)
_MODAL = (
    r"should|shall|must|ought to|needs? to|ha(?:s|ve) (?:got )?to|will"
    r"|(?:is|are) (?:supposed|required|obliged|meant) to|had better"
)
_WISH = r"(?:(?:would )?(?:want|prefer)|would like|['’]d like|expect|need|wish for)"
_WANT = rf"(?:i|we|people) {_HOW}{_WISH}"
_MATTERS = r"it(?: is|['’]s) (?:very |really |so |most )?(?:important|essential|crucial|vital|necessary|best)"
_CHARGE = rf"(?:{_MATTERS} that|make sure(?: that)?|ensure(?: that)?|see to it that)"
_LEAD = re.compile(
    rf"(?:(?:i|we) {_HOW}(?:think|believe|feel|say|hope|agree|would say)(?: that)?|in my (?:opinion|view)"
    rf"|personally|ideally|to me|{_CHARGE}),? ",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?P<condition>(?:if|when|whenever|unless|while|in|during|before|after|where)\b[^,]+),"
    r" (?:then )?(?P<rest>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Duty:
    """What is asked: the verb phrase in its base form, unless `is_finite` (already "tells", "is")."""

    phrase: str
    is_negated: bool = False
    adverb: str = ""
    condition: str = ""
    is_finite: bool = False


_FORMS: tuple[tuple[re.Pattern[str], Mapping[str, bool | str]], ...] = tuple(
    (re.compile(pattern + " (?P<phrase>.+)", re.IGNORECASE), settings)
    for pattern, settings in (
        (rf"(?P<subject>{_SUBJECT}) {_HOW}(?:{_NOT_MODAL})", {"is_negated": True}),
        (rf"(?P<subject>{_SUBJECT}) {_HOW}(?:(?P<adverb>always|never|only) )?(?:{_MODAL})", {}),
        (rf"(?:should|must)(?: not|n['’]t)(?! {_SUBJECT})", {"is_negated": True}),
        (rf"(?:should|must)(?! {_SUBJECT})", {}),
        (rf"{_WANT} (?P<subject>{_SUBJECT}) not to", {"is_negated": True}),
        (rf"{_WANT} (?P<subject>{_SUBJECT}) to not", {"is_negated": True}),
        (rf"{_WANT} (?P<subject>{_SUBJECT}) (?:(?P<adverb>never|always) )?to", {}),
        (
            rf"(?:i|we) (?:do not|don['’]t) want (?P<subject>{_SUBJECT}) to",
            {"is_negated": True},
        ),
        (rf"{_MATTERS} for (?P<subject>{_SUBJECT}) not to", {"is_negated": True}),
        (rf"{_MATTERS} for (?P<subject>{_SUBJECT}) (?:(?P<adverb>always|never) )?to", {}),
        (rf"{_WANT} an? (?:{_NAMED}) (?:that|which|who)", {"is_finite": True}),
        (rf"no {_NAMED} (?:should|must|may|can)(?: ever)?", {"adverb": "never"}),
        (
            rf"(?:under no circumstances|never|at no time),? (?:should|must|may|can)"
            rf" (?P<subject>{_SUBJECT})(?: ever)?",
            {"adverb": "never"},
        ),
        (rf"(?P<subject>{_SUBJECT}) (?P<adverb>always|never)", {"is_finite": True}),
        (rf"{_CHARGE} (?P<subject>{_SUBJECT})", {"is_finite": True}),
        (r"(?:please )?(?:do not|don['’]?t)(?: ever)?", {"is_negated": True}),
        (r"(?:please )?not", {"is_negated": True}),
        (r"(?:please )?(?P<adverb>always|never)", {}),
    )
)


def find_duty(sentence: str) -> Duty | None:
    """Read one sentence; None where no form fits."""
    whole, sentence = sentence, _strip_lead(sentence)
    conditional = _CONDITION.fullmatch(sentence)
    if conditional is not None:
        duty = find_duty(conditional["rest"])
        condition = conditional["condition"]
        return None if duty is None else replace(duty, condition=condition[0].lower() + condition[1:])
    return _match_form(sentence) or _match_form(whole) or _imperative(sentence)


def _match_form(sentence: str) -> Duty | None:
    for pattern, settings in _FORMS:
        match = pattern.fullmatch(sentence)
        if match is not None:
            return _checked(_duty_of(match, settings))
    return None


def _strip_lead(sentence: str) -> str:
    """Drop "I think that" and its kin, unless they introduce a wish handled below."""
    match = _LEAD.match(sentence)
    return sentence[match.end() :] if match else sentence


def _duty_of(match: re.Match[str], settings: Mapping[str, bool | str]) -> Duty:
    found = match.groupdict()
    return Duty(
        phrase=found["phrase"],
        is_negated=bool(settings.get("is_negated", False)),
        adverb=(found.get("adverb") or str(settings.get("adverb", ""))).strip().lower(),
        is_finite=bool(settings.get("is_finite", False)),
    )


def _checked(duty: Duty) -> Duty | None:
    """Keep a finite phrase ("an AI that tells …") only if its verb is one we know in the third person."""
    if not duty.is_finite:
        return duty
    first = duty.phrase.split()[0].lower()
    if is_third_person(first) or first in {"never", "always"}:
        return duty
    return replace(duty, is_finite=False) if first in BASE_VERBS else None


def _imperative(sentence: str) -> Duty | None:
    """ "Be honest", "say when you are unsure": only verbs that are hardly ever anything else."""
    first = sentence.split()[0].lower() if sentence.split() else ""
    is_verb = first == "be" or first in VERBS - NOUN_VERBS - ADJECTIVE_VERBS - {"have", "let"}
    return Duty(phrase=sentence) if is_verb else None
