from django.urls import path

from voting.views import admit, asking, enter, entry, facilitate, moderate, own, participate

app_name = "voting"

urlpatterns = [
    path("", participate.home, name="home"),
    path("c/<slug:slug>/", participate.conversation, name="conversation"),
    path("c/<slug:slug>/statements/", participate.submit, name="submit_statement"),
    path("c/<slug:slug>/statements/<int:number>/vote/", participate.vote, name="vote"),
    path("c/<slug:slug>/statements/<int:number>/withdraw/", participate.withdraw, name="withdraw_vote"),
    path("c/<slug:slug>/consent/", admit.consent, name="consent"),
    path("c/<slug:slug>/questions/", admit.questions, name="questions"),
    path("c/<slug:slug>/thanks/", own.thanks, name="thanks"),
    path("c/<slug:slug>/mine/", own.mine, name="mine"),
    path("c/<slug:slug>/mine/download/", own.download, name="own_data"),
    path("c/<slug:slug>/mine/delete/", own.delete, name="delete_own_data"),
    path("c/<slug:slug>/return/<str:token>/", own.come_back, name="come_back"),
    path("c/<slug:slug>/invitation/<str:token>/", enter.invitation, name="invitation"),
    path("c/<slug:slug>/enter/", enter.external, name="enter"),
    path("embed/<slug:slug>/", enter.frame, name="embed"),
    path("c/<slug:slug>/complete/", enter.complete, name="complete"),
    path("facilitate/", facilitate.dashboard, name="dashboard"),
    path("facilitate/new/", facilitate.create, name="create"),
    path("facilitate/<slug:slug>/", facilitate.manage, name="manage"),
    path("facilitate/<slug:slug>/edit/", facilitate.edit, name="edit"),
    path("facilitate/<slug:slug>/seed/", facilitate.seed, name="seed"),
    path("facilitate/<slug:slug>/status/", facilitate.set_status, name="set_status"),
    path("facilitate/<slug:slug>/admission/", asking.admission, name="admission"),
    path("facilitate/<slug:slug>/admission/consent/", asking.set_consent, name="set_consent"),
    path("facilitate/<slug:slug>/admission/questions/", asking.ask, name="ask_question"),
    path("facilitate/<slug:slug>/admission/questions/<int:question>/stop/", asking.stop, name="stop_asking"),
    path("facilitate/<slug:slug>/access/", entry.show_entry, name="entry"),
    path("facilitate/<slug:slug>/access/secret/", entry.renew_secret, name="renew_secret"),
    path("facilitate/<slug:slug>/access/links/", entry.make_links, name="make_invitations"),
    path("facilitate/<slug:slug>/access/mail/", entry.send_mail, name="send_invitations"),
    path("facilitate/<slug:slug>/moderation/", moderate.moderation, name="moderation"),
]
