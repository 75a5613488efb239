"""Pages and static files are sent compressed, also where no proxy in front does it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressionMiddleware(GZipMiddleware):
    """Django's own, which hides by random lengths what a page's size could tell; downloads stay as they are.

    What is stored compressed already passes through; votes never come here (`voting.express`).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 206 or response.has_header("Content-Disposition"):
            return response
        return super().process_response(request, response)
