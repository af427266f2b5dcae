"""Settings from the environment (and `.env` beside manage.py). A bad value stops the start with a sentence that names it.

LOCAL=1 is the mode of `make run`: one machine, plain HTTP on 127.0.0.1, demo users. Everything else is production.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """Refuses what it can't read with a sentence that names the setting; environ's own words name only the value."""

    def switch(self, name: str, default: bool = False) -> bool:
        text = self(name, default=str(default)).strip().lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("", "0", "false", "no", "off"):
            return False
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {text!r}.")

    def number(self, name: str, default: int, *, at_least: int = 0) -> int:
        text = self(name, default=str(default)).strip()
        if not text.isdecimal() or int(text) < at_least:
            raise ImproperlyConfigured(f"{name} must be a whole number from {at_least} up, not {text!r}.")
        return int(text)

    def address(self, name: str, default: str) -> dict[str, Any]:
        """A database by its URL."""
        try:
            found = self.db(name, default=default)
        except (ValueError, KeyError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} can't be read ({error}). Write sqlite:////folder/file.sqlite3 or postgres://user:password@host:5432/name.") from error
        if found.get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
            raise ImproperlyConfigured(f"{name} must be sqlite:///... or postgres://...")
        return dict(found)


env = Environment()
if (BASE_DIR / ".env").exists() and not env.switch("IGNORE_DOTENV", False):
    env.read_env(BASE_DIR / ".env")

LOCAL = env.switch("LOCAL", False)
DEBUG = env.switch("DEBUG", False)
BENCH = LOCAL and env.switch("BENCH", False)  # routes the yardstick view of `manage.py bench_http`
SECRET_KEY = env("SECRET_KEY", default="")
if len(SECRET_KEY) < 32 or len(set(SECRET_KEY)) < 8:
    raise ImproperlyConfigured("SECRET_KEY must be set to at least 32 random characters (`make run` makes one in .env).")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
if not FIELD_KEYS:
    raise ImproperlyConfigured("FIELD_KEYS must hold at least one Fernet key (`make run` makes one in .env); the first encrypts, all decrypt.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env("PUBLIC_URL", default=f"http://127.0.0.1:{env.number('PORT', 8000)}" if LOCAL else "").rstrip("/")
if not LOCAL and not PUBLIC_URL.startswith("https://"):
    raise ImproperlyConfigured("PUBLIC_URL must be the https:// address under which travelers reach the site (links in mail use it).")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "travelplanner.core.apps.CoreConfig",
    "accounts",
    "trips",
    "bookings",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth's list of sessions uses it
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "travelplanner.core.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "travelplanner.core.web.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "travelplanner.core.web.middleware.ErrorPageMiddleware",
]

CSRF_FAILURE_VIEW = "travelplanner.core.web.errors.csrf_failure"
ROOT_URLCONF = "travelplanner.urls"
WSGI_APPLICATION = "travelplanner.wsgi.application"
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
        },
    }
]

# --- web server and worker (`manage.py serve`) ----------------------------------------------------------------------
WEB_HOST = env("WEB_HOST", default="127.0.0.1")
PORT = env.number("PORT", 8000)
WEB_WORKERS = env.number("WEB_WORKERS", 2, at_least=1)
WEB_THREADS = env.number("WEB_THREADS", 8, at_least=1)
DEMO_PASSWORD = env("DEMO_PASSWORD", default="")  # of the demo users, in local mode alone

# --- database -------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.address("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # FULL: an answered booking survives a power cut too; NORMAL is for tests. recursive_triggers: INSERT OR REPLACE
        # would otherwise slip past the guards of the append-only tables.
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            f"PRAGMA synchronous={env('SQLITE_SYNCHRONOUS', default='FULL')};"
            "PRAGMA recursive_triggers=ON;"
        ),
    }
    _database["TEST"] = {"NAME": env("TEST_SQLITE", default=str(Path(tempfile.gettempdir()) / "travelplanner-test.sqlite3"))}
else:
    _database["CONN_MAX_AGE"] = env.number("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
    # PgBouncer in transaction mode stands in front where it grows: nothing may outlive a transaction.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
    _database.setdefault("OPTIONS", {})["prepare_threshold"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# "default" counts rate limits (allauth and DRF know no other) and nothing else, so that no traffic can push a counter out: files that
# the processes of one machine share. "drawings" holds what can be made again; each process keeps its own.
LIMITS_FOLDER = {"BACKEND": "travelplanner.core.limits.LimitsCache", "LOCATION": str(BASE_DIR / "var" / "limits")}
CACHES = {
    "default": env.cache("CACHE_URL") if env("CACHE_URL", default="") else LIMITS_FOLDER,
    "drawings": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "drawings", "OPTIONS": {"MAX_ENTRIES": 1000}},
}

# --- background work ------------------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": env("TASK_BACKEND", default="django_tasks_db.DatabaseBackend"), "QUEUES": ["default"]}}
WORKER_STALE_AFTER = timedelta(seconds=env.number("WORKER_STALE_SECONDS", 30))
PLANNING_EFFORT = env.number("PLANNING_EFFORT", 0)  # iterations; 0 = the engine's own default
RUN_STRANDED_AFTER = timedelta(seconds=env.number("RUN_STRANDED_SECONDS", 30))

# --- bookings -------------------------------------------------------------------------------------------------------
HOLD_TIME = timedelta(minutes=env.number("HOLD_MINUTES", 15, at_least=1))
CONFIRMATION_VALID_FOR = timedelta(hours=24)
PAYMENT_GATEWAY = env("PAYMENT_GATEWAY", default="mock")
ALLOW_MOCK_PAYMENTS = env.switch("ALLOW_MOCK_PAYMENTS", False)  # a public demonstration says so; `check --deploy` warns otherwise
MOCK_GATEWAY_BOOK = env("MOCK_GATEWAY_BOOK", default=str(BASE_DIR / "var" / "mock-gateway.sqlite3"))  # the pretended company keeps its own
PLACES_ARE_GUARDED = True  # tests of races turn it off once, to show that the race is real
BUDGET_IS_GUARDED = True

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.web.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
# A stranger plans, signs up and books in one sitting; what needs a proven address asks for it (issue "People").
ACCOUNT_EMAIL_VERIFICATION = env("ACCOUNT_EMAIL_VERIFICATION", default="optional")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LOCAL else "https"
LOGIN_REDIRECT_URL = "trips:list"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
HEADLESS_CLIENTS = ("app",)
HEADLESS_ONLY = False
# Every link that allauth mails, for pages and programs alike. From here and not from the request: its Host header is the sender's to choose.
HEADLESS_FRONTEND_URLS = {
    "account_signup": f"{PUBLIC_URL}/accounts/signup/",
    "account_confirm_email": f"{PUBLIC_URL}/accounts/confirm-email/{{key}}/",
    "account_reset_password": f"{PUBLIC_URL}/accounts/password/reset/",
    "account_reset_password_from_key": f"{PUBLIC_URL}/accounts/password/reset/key/{{key}}/",
}
HEADLESS_TOKEN_STRATEGY = "accounts.api.tokens.TokenStrategy"
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 900
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 14 * 86400
HEADLESS_SERVE_SPECIFICATION = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 86400

# --- mail -----------------------------------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL", default="filemail:///" if LOCAL else "smtp://localhost:25"))
EMAIL_FILE_PATH = env("EMAIL_FILE_PATH", default=str(BASE_DIR / "var" / "mail"))  # used by filemail:// alone
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Travel planner <no-reply@example.org>")

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("hi", _("Hindi"))]
LOCALE_PATHS = [BASE_DIR / "travelplanner" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if env.switch("PLAIN_STATIC", LOCAL or DEBUG)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL or DEBUG
MEDIA_ROOT = BASE_DIR / "var" / "media"

# --- safety ---------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not LOCAL
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SECURE_HSTS_SECONDS = 0 if LOCAL else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.switch("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies in front append to X-Forwarded-For. 0: the header is the client's own word, and limits count the connection's address.
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# The admin theme and the API reader bring inline styles and evaluated expressions; they get a wider policy, nobody else.
CSP_WIDER_PREFIXES = ("/admin/", "/api/docs")

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["travelplanner.core.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["travelplanner.core.api.parsers.OrjsonParser"],
    "DEFAULT_PAGINATION_CLASS": "travelplanner.core.api.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "travelplanner.core.api.schema.ContractSchema",
    "DEFAULT_VERSIONING_CLASS": "travelplanner.core.api.versioning.AcceptVersioning",
    "DEFAULT_VERSION": "1.0",
    "ALLOWED_VERSIONS": ["1.0"],
    "EXCEPTION_HANDLER": "travelplanner.core.api.errors.handle_exception",
    "DEFAULT_THROTTLE_RATES": {
        "plan": env("RATE_PLAN", default="60/hour"),
        "open": env("RATE_OPEN", default="600/minute"),
        "book": env("RATE_BOOK", default="60/hour"),
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Travel planner",
    "DESCRIPTION": "Plan a trip with an honest budget, compare three itineraries, book it in one go.",
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": True,
}

UNFOLD = {
    "SITE_TITLE": _("Travel planner"),
    "SITE_HEADER": _("Travel planner"),
    "SITE_SUBHEADER": _("Staff"),
    "SITE_SYMBOL": "explore",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "STYLES": [lambda request: static("css/staff.css")],
    "SCRIPTS": [lambda request: static("js/staff.js")],
    "DASHBOARD_CALLBACK": "bookings.admin.dashboard.fill",
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "bookings.admin.navigation.sidebar"},
    "COLORS": {
        "primary": {
            "50": "253 242 247", "100": "250 232 240", "200": "245 204 222", "300": "238 160 194", "400": "224 98 152",
            "500": "199 42 112", "600": "163 18 87", "700": "125 11 66", "800": "104 12 57", "900": "88 14 51", "950": "54 3 28",
        }
    },
}  # fmt: skip

# --- logging: one JSON line per event outside local mode ------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "travelplanner.core.logs.RequestIdFilter"}},
    "formatters": {
        "plain": {"format": "{levelname:7} {name} {message}", "style": "{"},
        "json": {"()": "travelplanner.core.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain" if LOCAL else "json", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.db.backends.base": {"level": "WARNING"}, "django_tasks": {"level": "WARNING"}, "django_tasks_db": {"level": "WARNING"}},
}
