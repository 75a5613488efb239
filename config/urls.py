from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

urlpatterns = [
    path("", include("voting.urls")),
    path("", include("analysis.urls")),
    path("", include("constitution.urls")),
    path("research/", include("training.urls")),
    path("research/", include("evaluation.urls")),
    path("accounts/login/", auth_views.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]
