from django.urls import path

from constitution.views import drafts, facilitate, public

app_name = "constitution"

PUBLIC = "c/<slug:slug>/constitution/"
MANAGE = "facilitate/<slug:slug>/constitutions/"
DRAFT = MANAGE + "<int:version>/"
PRINCIPLE = DRAFT + "principles/<int:pk>/"

urlpatterns = [
    path(PUBLIC, public.latest, name="latest"),
    path(PUBLIC + "<int:version>/", public.detail, name="detail"),
    path(PUBLIC + "<int:version>/principles/<int:number>/", public.principle, name="find_principle"),
    path(PUBLIC + "<int:version>/export/<slug:format>/", public.export, name="export"),
    path(MANAGE, facilitate.manage, name="manage"),
    path(MANAGE + "draft/", facilitate.draft, name="make_draft"),
    path(DRAFT, drafts.edit, name="draft"),
    path(DRAFT + "adopt/", drafts.adopt, name="adopt"),
    path(DRAFT + "discard/", drafts.discard, name="discard"),
    path(PRINCIPLE, drafts.principle, name="principle"),
    path(PRINCIPLE + "move/", drafts.move, name="move_principle"),
    path(PRINCIPLE + "remove/", drafts.remove, name="remove_principle"),
]
