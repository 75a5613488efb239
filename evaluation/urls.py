from django.urls import path

from evaluation import views
from evaluation.trials import views as trial_views

app_name = "evaluation"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("variants/<slug:slug>/chats/", trial_views.begin, name="begin_chat"),
    path("chats/<uuid:pk>/", trial_views.chat, name="chat"),
    path("chats/<uuid:pk>/turns/", trial_views.say, name="say"),
    path("chats/<uuid:pk>/retry/", trial_views.retry, name="retry_turn"),
    path("chats/<uuid:pk>/delete/", trial_views.delete, name="delete_chat"),
    path("compare/", views.compare, name="compare"),
    path("variants/", views.register, name="register"),
    path("variants/<slug:slug>/", views.variant, name="variant"),
    path("variants/<slug:slug>/runs/", views.start, name="start"),
    path("variants/<slug:slug>/runs/<int:pk>/", views.run, name="run"),
    path("variants/<slug:slug>/runs/<int:pk>/go-on/", views.go_on, name="go_on"),
]
