from django.urls import path

from training import views

app_name = "training"

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/<uuid:pk>/", views.run, name="run"),
]
