from django.urls import path

from training import views
from training.classifiers import views as classifier_views

app_name = "training"

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/<uuid:pk>/", views.run, name="run"),
    path("classifiers/", classifier_views.classifiers, name="classifiers"),
    path("classifiers/<int:pk>/", classifier_views.classifier, name="classifier"),
    path("classifiers/from/<uuid:run_id>/", classifier_views.train, name="train_classifier"),
]
