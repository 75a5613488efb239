"""Pages that belong to the site as a whole: its health, and signing in by a link."""

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from config.one_time_login import find_user, spend_link


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Say whether the site can reach its database; for machines that watch over it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (Error, ImproperlyConfigured):
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one_time_login(request: HttpRequest, token: str) -> HttpResponse:
    """Offer a button that signs in; following the link alone, as mail scanners do, spends nothing."""
    if request.method != "POST":
        user = find_user(token)
        status = 200 if user else 410
        return render(request, "registration/one_time_login.html", {"account": user}, status=status)

    user = spend_link(token)
    if user is None:
        return render(request, "registration/one_time_login.html", {"account": None}, status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)
