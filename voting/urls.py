from django.urls import path

from voting.views import facilitate, moderate, participate

app_name = "voting"

urlpatterns = [
    path("", participate.home, name="home"),
    path("c/<slug:slug>/", participate.conversation, name="conversation"),
    path("c/<slug:slug>/statements/", participate.submit, name="submit_statement"),
    path("c/<slug:slug>/statements/<int:number>/vote/", participate.vote, name="vote"),
    path("c/<slug:slug>/statements/<int:number>/withdraw/", participate.withdraw, name="withdraw_vote"),
    path("facilitate/", facilitate.dashboard, name="dashboard"),
    path("facilitate/new/", facilitate.create, name="create"),
    path("facilitate/<slug:slug>/", facilitate.manage, name="manage"),
    path("facilitate/<slug:slug>/edit/", facilitate.edit, name="edit"),
    path("facilitate/<slug:slug>/seed/", facilitate.seed, name="seed"),
    path("facilitate/<slug:slug>/status/", facilitate.set_status, name="set_status"),
    path("facilitate/<slug:slug>/moderation/", moderate.moderation, name="moderation"),
]
