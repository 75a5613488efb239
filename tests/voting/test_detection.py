import pytest

from voting.detection import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The AI should be honest about what it does not know.", "en"),
        ("Eine KI darf niemals lügen, auch nicht aus Höflichkeit.", "de"),
        ("La IA nunca debe mentir a las personas que confían en ella.", "es"),
        ("Une IA doit respecter la vie privée de chacun.", "fr"),
        ("يجب أن يكون الذكاء الاصطناعي صادقا مع الناس", "ar"),
        ("AIは正直でなければならない。", "ja"),
        ("Tehisintellekt ei tohi kunagi valetada.", "et"),
    ],
)
def test_the_language_of_a_sentence_is_found(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "OK", "123 456", "AI!!", "GPT-4", "asdf qwer zxcv"])
def test_nothing_is_said_where_the_text_does_not_tell(text):
    assert detect_language(text) == ""
