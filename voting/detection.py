"""In which language a statement is written: asked of a small model that comes with its library."""

from functools import cache
from typing import Any

# Statements are short: below this probability the model is wrong too often, and nothing is said.
LEAST_CERTAINTY = 0.5
LEAST_LETTERS = 6


def detect_language(text: str) -> str:
    """Give the code of the language (ISO 639-1), or nothing where the text does not tell for sure.

    The first call in a process loads the model: one to two seconds and 80 MB; each takes 0.1 ms.
    """
    n_letters = sum(2 if character >= "\u3040" else 1 for character in text if character.isalpha())
    if n_letters < LEAST_LETTERS:
        return ""
    language, certainty = _model().classify(text)
    return str(language) if certainty >= LEAST_CERTAINTY and len(language) == 2 else ""


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
