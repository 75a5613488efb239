"""Settings of the platform, read from the environment; docs/configuration.md describes every variable."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured

from config.database import database_settings
from config.environment import (
    env_bool,
    env_float,
    env_int,
    env_limits,
    env_list,
    env_prices,
    env_str,
    load_env_file,
)
from config.secret_key import installation_key, refuse_weak_key

BASE_DIR = Path(__file__).resolve().parent.parent
load_env_file(BASE_DIR / ".env")

VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
SITE_URL = env_str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")

PRODUCTION = env_bool("PRODUCTION", default=False)
DEBUG = env_bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows the site's inner workings to everyone: unset it in production.")

SECRET_KEY = env_str("SECRET_KEY", "")
if PRODUCTION:
    SECRET_KEY = refuse_weak_key(SECRET_KEY)
SECRET_KEY = SECRET_KEY or installation_key(VAR_DIR)

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS must list the names this site is reached by, as in ALLOWED_HOSTS=example.org."
    )

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "axes",
    "procrastinate.contrib.django",
    "config",
    "voting",
    "analysis",
    "constitution",
    "training",
    "evaluation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "voting.express.ExpressMiddleware",
    "config.compression.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "voting.embedding.FrameMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "voting.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "voting.refusals.RefusalMiddleware",
    "voting.abuse.AbuseMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["voting.templatetags.words", "voting.templatetags.paging"],
        },
    },
]

DATABASES = {"default": database_settings(env_str("DATABASE_URL", ""), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
# Participants' pages are written in all of these, others in English; docs/translations.md: how to add one.
LANGUAGES = [
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ja", "日本語"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# Files. In production they carry a digest in their name and may be cached for ever.
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Where base models for fine-tuning stand, a folder each; and how large a run a page makes a download of.
MODELS_DIR = Path(env_str("MODELS_DIR", str(VAR_DIR / "models"))).resolve()
DATASET_EXPORT_LIMIT_MB = env_int("DATASET_EXPORT_LIMIT_MB", 500)

STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"

# Signing in. Participants have no account; facilitators and researchers do.
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "voting:dashboard"
LOGOUT_REDIRECT_URL = "voting:home"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS.append(
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
)

# Guessing passwords: five wrong ones for a name from one address, then a pause. This is the one place
# where an address is kept, for accounts only; config/jobs.py removes it after the pause.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_CLIENT_IP_CALLABLE = "config.client_address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

# Abuse: from where a request comes (only a hash of its network is kept, for a day), and how fast a
# statement can be written.
CLIENT_ADDRESS = "config.client_address.client_address"
LEAST_WRITING_SECONDS = 2

# Cookies and transport.
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"
SECURE_SSL_REDIRECT = env_bool("SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 365 * 24 * 3600 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("HSTS_INCLUDE_SUBDOMAINS", default=PRODUCTION)
SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", default=False)
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Putting a domain on the browsers' preload list cannot be undone soon: its owner decides, not we.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# What a page may load: only this site's own files; no inline script or style, no frames.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Messages take the class of the notice that shows them.
MESSAGE_TAGS = {
    message_levels.DEBUG: "info",
    message_levels.INFO: "info",
    message_levels.SUCCESS: "success",
    message_levels.WARNING: "warning",
    message_levels.ERROR: "error",
}

# Mail: to the server that is named, else into files, so that a site tried on one machine writes to nobody.
EMAIL_HOST = env_str("EMAIL_HOST", "")
EMAIL_PORT = env_int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env_str("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "collective-constitution@localhost")

# Who people are, where a conversation asks them to sign in with OpenID Connect: the provider of this site.
OPENID_ISSUER = env_str("OPENID_ISSUER", "")
OPENID_CLIENT_ID = env_str("OPENID_CLIENT_ID", "")
OPENID_CLIENT_SECRET = env_str("OPENID_CLIENT_SECRET", "")

# Runs that ask models: where their files lie, what calls cost, how many may be on their way at once.
RUNS_DIR = env_str("RUNS_DIR", "")
MODEL_PRICES = env_prices("MODEL_PRICES")
BATCH_DISCOUNT = env_float("BATCH_DISCOUNT", 0.5)
BATCH_POLL_SECONDS = env_float("BATCH_POLL_SECONDS", 10.0)
PROVIDER_CONCURRENCY = env_limits("PROVIDER_CONCURRENCY")

# Queued work: each app's jobs.py.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {
            "()": "config.discreet_logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "WARNING")},
    "loggers": {
        # Its lines name people who mistype their password.
        "axes": {"level": "ERROR"},
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
