from django.urls import path, re_path

from training import label_views, log_views, preference_views, run_views, views
from training.classifiers import views as classifier_views
from training.critique import views as critique_views
from training.datasets import views as dataset_views
from training.finetuning import views as finetuning_views
from training.prompt_sets import views as prompt_views

app_name = "training"

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/start/", run_views.start, name="start_run"),
    path("runs/<uuid:pk>/", views.run, name="run"),
    path("runs/<uuid:pk>/progress/", run_views.progress, name="progress"),
    path("runs/<uuid:pk>/control/", run_views.control, name="control_run"),
    path("runs/<uuid:pk>/smoke/", critique_views.answer_smoke, name="answer_smoke"),
    path("runs/<uuid:pk>/log/<int:number>/", log_views.log_viewer, name="log_viewer"),
    path("runs/<uuid:pk>/log/<int:number>/assets/<str:name>", log_views.log_asset, name="log_asset"),
    path("runs/<uuid:pk>/log/<int:number>/logs/listing.json", log_views.log_listing, name="log_listing"),
    path("runs/<uuid:pk>/log/<int:number>/logs/<str:name>", log_views.log_file, name="log_file"),
    path("runs/<uuid:pk>/agreement/", preference_views.agreement, name="agreement"),
    path("runs/<uuid:pk>/calibrate/", preference_views.calibrate, name="calibrate"),
    path("runs/<uuid:pk>/label/", label_views.label, name="label"),
    path("runs/<uuid:pk>/label/draw/", label_views.draw, name="draw_labels"),
    path("runs/<uuid:pk>/datasets/", dataset_views.exports, name="exports"),
    path("datasets/<uuid:pk>/", dataset_views.download, name="download_export"),
    path("finetuning/", finetuning_views.finetunings, name="finetunings"),
    path("finetuning/start/", finetuning_views.start, name="start_finetuning"),
    path("finetuning/<uuid:pk>/", finetuning_views.finetuning, name="finetuning"),
    re_path(
        r"^finetuning/(?P<pk>[0-9a-f-]{36})/(?P<action>pause|resume|cancel)/$",
        finetuning_views.control,
        name="control_finetuning",
    ),
    path("prompts/", prompt_views.prompt_sets, name="prompt_sets"),
    path("prompts/<slug:slug>/", prompt_views.prompt_set, name="prompt_set"),
    path("coverage/<slug:slug>/<int:version>/", prompt_views.coverage, name="coverage"),
    path("coverage/<slug:slug>/<int:version>/find/", prompt_views.find, name="find_coverage"),
    path("coverage/<slug:slug>/<int:version>/check/", prompt_views.check, name="check_coverage"),
    path("classifiers/", classifier_views.classifiers, name="classifiers"),
    path("classifiers/<int:pk>/", classifier_views.classifier, name="classifier"),
    path("classifiers/from/<uuid:run_id>/", classifier_views.train, name="train_classifier"),
]
