"""Inspect's own log viewer under our address: its page, its parts, and the logs of a run's finished shards.

The viewer comes with Inspect as plain files, with a content security policy of its own; both are served as
they are. Inspect itself is not imported: the web process stays small.
"""

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.html import json_script
from django.views.decorators.http import require_GET, require_safe

from training.folders import run_folder
from training.models import GenerationRun
from training.results import finished_logs

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
ASSET = re.compile(r"[\w.-]+")
# Files the viewer looks for beside a log. A run has none; to a browser an answer of 404 would be an error.
ABSENT = {"eval-set.json": "null", "flow.yaml": ""}
LOGS_PER_PAGE = 100
YEAR = 365 * 24 * 3600


@require_GET
@login_required
def log_viewer(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:  # noqa: ARG001
    """Show one shard's log in Inspect's viewer."""
    log_of(pk, number)
    page = (viewer_folder() / "index.html").read_text(encoding="utf-8")
    context = json_script({"log_dir": "logs"}, "log_dir_context")
    response = HttpResponse(page.replace("</head>", f"{context}</head>", 1))
    response._csp_config = viewer_policy()  # type: ignore[attr-defined]
    return response


@require_safe
@login_required
def log_asset(request: HttpRequest, pk: UUID, number: int, name: str) -> HttpResponseBase:  # noqa: ARG001
    """A script, style or font of the viewer."""
    path = viewer_folder() / "assets" / name
    if not ASSET.fullmatch(name) or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), headers={"Cache-Control": f"private, max-age={YEAR}"})


@require_GET
@login_required
def log_listing(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:  # noqa: ARG001
    """What the viewer finds in its folder: the one log."""
    run, path = log_of(pk, number)
    told = {"eval_id": path.stem, "task": run.get_kind_display(), "model": run.model, "status": "success"}
    told |= {"started_at": run.created_at.isoformat()}
    return JsonResponse({path.name: told})


@require_safe
@login_required
def log_file(request: HttpRequest, pk: UUID, number: int, name: str) -> HttpResponseBase:
    """A log, whole or the part that the viewer asks for."""
    _, path = log_of(pk, number)
    if name in ABSENT:
        return HttpResponse(ABSENT[name], content_type="text/plain")
    if name != path.name:
        raise Http404
    wanted = RANGE.fullmatch(request.headers.get("Range", ""))
    if wanted is None:
        return FileResponse(path.open("rb"), as_attachment=True, headers={"Accept-Ranges": "bytes"})
    return part_of(path, int(wanted[1]), int(wanted[2]) if wanted[2] else None)


def part_of(path: Path, start: int, last: int | None) -> HttpResponse:
    """Some bytes of a file, as HTTP's range requests want them."""
    n_bytes = path.stat().st_size
    if start >= n_bytes or (last is not None and last < start):
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{n_bytes}"})
    last = n_bytes - 1 if last is None else min(last, n_bytes - 1)
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(last - start + 1)
    headers = {"Content-Range": f"bytes {start}-{last}/{n_bytes}", "Accept-Ranges": "bytes"}
    return HttpResponse(content, status=206, content_type="application/octet-stream", headers=headers)


def log_of(pk: UUID, number: int) -> tuple[GenerationRun, Path]:
    """A run and the file of one of its finished logs, by its place among them."""
    run = get_object_or_404(GenerationRun, pk=pk)
    logs = finished_logs(run)
    path = run_folder(run) / logs[number]["file"] if number < len(logs) else None
    if path is None or not path.is_file():
        raise Http404("This log is not on this machine.")
    return run, path


def logs_here(run: GenerationRun) -> list[dict[str, Any]]:
    """The finished logs of a run that are on this machine, with their places."""
    return [
        {"number": number, "name": Path(log["file"]).name, "n_samples": log["n_samples"]}
        for number, log in enumerate(finished_logs(run))
        if (run_folder(run) / log["file"]).is_file()
    ]


def log_context(request: HttpRequest, run: GenerationRun) -> dict[str, Any]:
    """What a run's page says of its logs: all of them, and of many the page that is asked for."""
    logs = logs_here(run)
    return {"logs": logs, "log_page": Paginator(logs, LOGS_PER_PAGE).get_page(request.GET.get("parts"))}


@cache
def viewer_folder() -> Path:
    """Where Inspect keeps its viewer, without importing Inspect."""
    found = find_spec("inspect_ai")
    if found is None or found.origin is None:
        raise Http404("Inspect is not installed here.")
    return Path(found.origin).parent / "_view" / "dist"


@cache
def viewer_policy() -> dict[str, list[str]]:
    """The policy that belongs to the viewer; nobody may frame it."""
    told = json.loads((viewer_folder() / "content-security-policy.json").read_text(encoding="utf-8"))
    return {**told["directives"], "frame-ancestors": ["'none'"]}
