"""What facilitators decide about who comes in, and from where."""

from typing import ClassVar
from urllib.parse import urlsplit

from django import forms

from voting import openid
from voting.embedding import OriginRefused, read_origin
from voting.invitations import MAX_AT_ONCE
from voting.models import Entry


class EntryForm(forms.ModelForm):
    """Who may take part, which sites may embed, and where a panel wants its people back."""

    allowed_origins = forms.CharField(
        label="Sites that may embed it",
        help_text="One per line, as https://example.org. Nobody else can show it in a frame.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    proof_of_work_bits = forms.TypedChoiceField(
        label="Work that a newcomer's browser does",
        help_text="Slows down programs that make false participants. It needs JavaScript.",
        choices=[(0, "None"), (14, "A little: a moment on a phone"), (18, "More: a few seconds on a phone")],
        coerce=int,
        empty_value="0",
        required=False,
    )

    class Meta:
        model = Entry
        fields: ClassVar = ["mode", "proof_of_work_bits", "offers_news", "allowed_origins", "completion_url"]
        labels: ClassVar = {
            "mode": "Who may take part",
            "offers_news": "Offer news by e-mail",
            "completion_url": "Where a panel wants its people back",
        }
        help_texts: ClassVar = {
            "completion_url": "For panels only. {id} and {outcome} (complete or screened_out) are filled in.",
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.initial["allowed_origins"] = "\n".join(self.instance.allowed_origins)

    def clean_mode(self) -> str:
        mode: str = self.cleaned_data["mode"]
        if mode == Entry.Mode.OPENID and not openid.is_available():
            raise forms.ValidationError(
                "This site names no OpenID Connect provider: "
                "whoever runs it sets OPENID_ISSUER and OPENID_CLIENT_ID."
            )
        return mode

    def clean_proof_of_work_bits(self) -> int:
        return int(self.cleaned_data["proof_of_work_bits"])

    def clean_allowed_origins(self) -> list[str]:
        lines = self.cleaned_data["allowed_origins"].split()
        try:
            return list(dict.fromkeys(read_origin(line) for line in lines))
        except OriginRefused as error:
            raise forms.ValidationError(str(error)) from error

    def clean_completion_url(self) -> str:
        address = self.cleaned_data["completion_url"].strip()
        if not address:
            return ""
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.netloc or "{" in parts.netloc:
            raise forms.ValidationError("Write an address that begins with https:// and a fixed site.")
        return address


class LinksForm(forms.Form):
    n = forms.IntegerField(label="How many links", min_value=1, max_value=MAX_AT_ONCE, initial=20)


class MailForm(forms.Form):
    addresses = forms.CharField(
        label="E-mail addresses",
        help_text="One per line. Each is used for one message, then forgotten.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
