from django.urls import path

from training import label_views, preference_views, views
from training.classifiers import views as classifier_views

app_name = "training"

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/<uuid:pk>/", views.run, name="run"),
    path("runs/<uuid:pk>/agreement/", preference_views.agreement, name="agreement"),
    path("runs/<uuid:pk>/calibrate/", preference_views.calibrate, name="calibrate"),
    path("runs/<uuid:pk>/label/", label_views.label, name="label"),
    path("runs/<uuid:pk>/label/draw/", label_views.draw, name="draw_labels"),
    path("classifiers/", classifier_views.classifiers, name="classifiers"),
    path("classifiers/<int:pk>/", classifier_views.classifier, name="classifier"),
    path("classifiers/from/<uuid:run_id>/", classifier_views.train, name="train_classifier"),
]
