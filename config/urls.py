"""Every address of the site: the five apps at the root, accounts, and what machines ask for."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from config import views

urlpatterns = [
    path("", include("voting.urls")),
    path("", include("analysis.urls")),
    path("", include("constitution.urls")),
    path("research/", include("training.urls")),
    path("research/", include("evaluation.urls")),
    path("accounts/login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("accounts/password/", auth_views.PasswordChangeView.as_view(), name="password_change"),
    path("accounts/password/done/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("accounts/one-time/<str:token>/", views.one_time_login, name="one-time-login"),
    path("health/", views.health, name="health"),
    path("admin/", admin.site.urls),
]
