from django.urls import path

from evaluation import views

app_name = "evaluation"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("compare/", views.compare, name="compare"),
    path("variants/", views.register, name="register"),
    path("variants/<slug:slug>/", views.variant, name="variant"),
    path("variants/<slug:slug>/runs/", views.start, name="start"),
    path("variants/<slug:slug>/runs/<int:pk>/go-on/", views.go_on, name="go_on"),
]
