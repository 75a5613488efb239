from django.urls import path

from analysis import standing_views, views

app_name = "analysis"

urlpatterns = [
    path("c/<slug:slug>/results/", views.results, name="results"),
    path("c/<slug:slug>/results/statements/", views.statements, name="statements"),
    path("c/<slug:slug>/results/<int:number>.json", views.download, name="download"),
    path("c/<slug:slug>/results/<int:number>.csv", views.download_csv, name="download_csv"),
    path("c/<slug:slug>/where-you-stand/", standing_views.standing, name="standing"),
    path("facilitate/<slug:slug>/analyses/", views.manage, name="manage"),
    path("facilitate/<slug:slug>/analyses/run/", views.analyze, name="analyze"),
]
