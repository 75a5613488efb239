"""What facilitators ask before the first card: the consent text and questions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from voting.access import get_facilitated_conversation
from voting.admission import QuestionRefused, add_question, publish_consent, stop_asking
from voting.admission_forms import USUAL_CONSENT, ConsentTextForm, QuestionForm
from voting.models import Conversation


@login_required
@require_safe
def admission(request: HttpRequest, slug: str) -> HttpResponse:
    """The present consent text with its versions, and the questions with their answers."""
    return show(request, get_facilitated_conversation(request, slug))


@login_required
@require_POST
def set_consent(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish a new version of the consent text, or ask for none any more."""
    conversation = get_facilitated_conversation(request, slug)
    form = ConsentTextForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, consent_form=form, status=422)
    consent = publish_consent(conversation=conversation, text=form.cleaned_data["text"])
    if consent is None:
        messages.success(request, "No consent is asked for now.")
    else:
        messages.success(request, f"Version {consent.version} is what participants agree to now.")
    return redirect("voting:admission", slug)


@login_required
@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask newcomers one more question."""
    conversation = get_facilitated_conversation(request, slug)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, question_form=form, status=422)
    try:
        add_question(
            conversation=conversation,
            text=form.cleaned_data["text"],
            options=form.draft_options(),
            is_screening=form.is_screening(),
            admits_silence=form.cleaned_data["admits_silence"],
        )
    except QuestionRefused as error:
        form.add_error("options", str(error))
        return show(request, conversation, question_form=form, status=422)
    messages.success(request, "Newcomers are asked this before their first card.")
    return redirect("voting:admission", slug)


@login_required
@require_POST
def stop(request: HttpRequest, slug: str, question: int) -> HttpResponse:
    """Ask a question no more."""
    conversation = get_facilitated_conversation(request, slug)
    stop_asking(question=get_object_or_404(conversation.questions, pk=question))
    messages.success(request, "Not asked any more. Answers given before are kept.")
    return redirect("voting:admission", slug)


def show(
    request: HttpRequest,
    conversation: Conversation,
    consent_form: ConsentTextForm | None = None,
    question_form: QuestionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with a form that was filled in wrongly where there is one."""
    consent = conversation.consent
    text = consent.text if consent else USUAL_CONSENT
    context = {
        "conversation": conversation,
        "tab": "statements",
        "consent": consent,
        "consent_form": consent_form or ConsentTextForm(initial={"text": text}),
        "question_form": question_form or QuestionForm(),
        "versions": conversation.consent_texts.annotate(n_people=Count("participants")),
        "questions": [
            (question, question.options.annotate(n_people=Count("answers")), question.answers.count())
            for question in conversation.questions.filter(is_asked=True)
        ],
    }
    return render(request, "voting/admission.html", context, status=status)
