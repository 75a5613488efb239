"""Pages for taking a run along as a dataset."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from training.datasets.errors import DatasetError
from training.datasets.exports import start_export, withdrawn_since, zip_of
from training.datasets.forms import ExportForm
from training.datasets.jobs import queue_export
from training.models import DatasetExport, GenerationRun

EXPORTS_PER_PAGE = 25
KINDS = (GenerationRun.Kind.REVISION, GenerationRun.Kind.PREFERENCE)


@require_http_methods(["GET", "POST"])
@login_required
def exports(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the datasets made of a run, and queue another."""
    run = get_object_or_404(GenerationRun.objects.select_related("constitution__conversation"), pk=pk)
    if run.status != GenerationRun.Status.FINISHED or run.kind not in KINDS:
        raise Http404("Datasets are made of finished runs of revisions or preferences.")
    form = ExportForm(request.POST or None, run=run)
    if request.method == "POST" and form.is_valid():
        assert request.user.is_authenticated
        try:
            export = start_export(run=run, options=form.options(), made_by=request.user)
        except DatasetError as error:
            form.add_error(None, str(error))
        else:
            is_new = queue_export(export=export)
            messages.success(
                request, "The dataset is being written." if is_new else "That dataset is here already."
            )
            return redirect("training:exports", pk=run.pk)
    made = run.exports.select_related("run__constitution")
    page = Paginator(made, EXPORTS_PER_PAGE).get_page(request.GET.get("page"))
    told = [(each, withdrawn_since(each)) for each in page]
    context = {"run": run, "form": form, "page": page, "exports": told}
    return render(request, "training/datasets/exports.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def download(request: HttpRequest, pk: UUID) -> FileResponse:
    """Send the zip of a finished dataset."""
    export = get_object_or_404(DatasetExport.objects.select_related("run__constitution__conversation"), pk=pk)
    path = zip_of(export)
    if export.status != DatasetExport.Status.FINISHED or not path.is_file():
        raise Http404("This dataset is not ready, or its file is kept on another machine.")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
