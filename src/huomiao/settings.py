"""One settings file; everything that varies comes from the environment.

The variables are listed, with their meaning, in ``docs/reference/settings.md``; a test keeps that page complete.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

django_stubs_ext.monkeypatch()

env = environ.Env()

PACKAGE_DIR = Path(__file__).resolve().parent
# A checkout keeps its data beside the code; an installed package keeps it where it was started.
_checkout = PACKAGE_DIR.parent.parent
BASE_DIR = _checkout if (_checkout / "pyproject.toml").exists() else Path.cwd()

TESTING = "pytest" in sys.modules
PRODUCTION = env.bool("HUOMIAO_PRODUCTION", default=False)
DEMO = env.bool("HUOMIAO_DEMO", default=False)
DEBUG = env.bool("HUOMIAO_DEBUG", default=False)
if PRODUCTION and (DEBUG or DEMO):
    raise ImproperlyConfigured("HUOMIAO_PRODUCTION refuses HUOMIAO_DEBUG and HUOMIAO_DEMO: both open doors.")

DATA_DIR = Path(env.str("HUOMIAO_DATA", default=str(BASE_DIR / "var"))).expanduser()


def _secret_key() -> str:
    """The secret from the environment; outside production one is made once and kept with the data."""
    given: str = env.str("SECRET_KEY", default="")
    if given:
        return given
    if PRODUCTION:
        raise ImproperlyConfigured("Production needs SECRET_KEY in the environment (50 random characters or more).")
    if TESTING:
        return "only-for-tests-" + "x" * 40
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text().strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# Keys for personal identifiers at rest, newest first; older ones still read. Outside production derived from the secret.
FIELD_KEYS: list[str] = env.list("HUOMIAO_FIELD_KEYS", default=[])
if not FIELD_KEYS:
    if PRODUCTION:
        raise ImproperlyConfigured("Production needs HUOMIAO_FIELD_KEYS (Fernet keys, newest first).")
    FIELD_KEYS = [base64.urlsafe_b64encode(hashlib.sha256(b"field:" + SECRET_KEY.encode()).digest()).decode()]
# Equal identifiers are found by this keyed hash; changing it needs `manage.py reindex_identifiers`.
BLIND_INDEX_KEY = env.str(
    "HUOMIAO_BLIND_INDEX_KEY", default=hashlib.sha256(b"index:" + FIELD_KEYS[-1].encode()).hexdigest()
)

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Production needs ALLOWED_HOSTS: the host names under which people reach the site.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address that QR codes and certificates carry; without it the request's own address is used.
PUBLIC_URL = env.str("HUOMIAO_PUBLIC_URL", default="").rstrip("/")
PROGRAMME_NAME = env.str("HUOMIAO_NAME", default="")

INSTALLED_APPS = [
    "huomiao.portal",
    "huomiao.stats",
    "huomiao.innovations",
    "huomiao.practice",
    "huomiao.newsdesk",
    "huomiao.studios",
    "huomiao.honours",
    "huomiao.notices",
    "huomiao.orgs",
    "huomiao.accounts",
    "huomiao.files",
    "huomiao.core",
    "huomiao.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.dingtalk",
    "allauth.socialaccount.providers.feishu",
    "allauth.usersessions",
    "huomiao.accounts.wecom",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
    "treebeard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "huomiao.core.middleware.ReadableAddressMiddleware",
    "huomiao.accounts.middleware.UnsentFormMiddleware",
    "huomiao.accounts.middleware.PasswordChangeMiddleware",
    "huomiao.orgs.middleware.SecondFactorMiddleware",
    "huomiao.practice.middleware.IdentityMiddleware",
    "huomiao.core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "huomiao.urls"
WSGI_APPLICATION = "huomiao.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huomiao.core.context.site",
                "huomiao.portal.context.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
                "huomiao.core.templatetags.ui",
            ],
        },
    }
]

# --- The news desk ------------------------------------------------------------------------------------------------

# What the crawler calls itself to sites; its page of explanation is added to it.
NEWS_AGENT: str = env.str("HUOMIAO_NEWS_AGENT", default="HuomiaoBot")
# Networks beyond the public ones that the crawler may ask, such as 127.0.0.0/8 for a press on this machine.
NEWS_NETWORKS: list[str] = env.list("HUOMIAO_NEWS_NETWORKS", default=[])
# After how many seconds a new page is looked at again; sooner where its host says that it is younger, later and later after that.
NEWS_LOOK_AGAIN: int = env.int("HUOMIAO_NEWS_LOOK_AGAIN", default=3600)
# Where the search index lies: in a folder of this machine, or in the PostgreSQL database for several web nodes.
NEWS_INDEX: str = env.str("HUOMIAO_NEWS_INDEX", default="folder")
# Whether pages ask the web themselves (what an address leads to, before a source is added). Tests never do unasked.
NEWS_ASKS_THE_WEB: bool = not TESTING

# --- Mail ---------------------------------------------------------------------------------------------------------

# Digests of the news. Without a server, mails are written to the log of whoever would send them.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL: str = env.str("HUOMIAO_MAIL_FROM", default="huomiao@localhost")

# --- Data ---------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'huomiao.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A transaction takes the write lock at its start, so it waits for it instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000;PRAGMA cache_size=-32000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

MEDIA_ROOT = DATA_DIR / "files"
STATIC_ROOT = DATA_DIR / "static"
STATIC_URL = "/static/"
S3_BUCKET = env.str("HUOMIAO_S3_BUCKET", default="")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("HUOMIAO_S3_ENDPOINT", default="") or None,
            "access_key": env.str("HUOMIAO_S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("HUOMIAO_S3_SECRET_KEY", default="") or None,
            "default_acl": "private",
        },
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "huomiao.core.static_storage.HashedStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_LIMIT_MB = env.int("HUOMIAO_UPLOAD_LIMIT_MB", default=200)

TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend" if TESTING else "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
    }
}

# --- People -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "huomiao.accounts.backends.NameOrPhoneBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "phone", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:home"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# X-Forwarded-For and X-Forwarded-Proto are believed only when this says that our own proxy writes them.
BEHIND_PROXY: bool = env.bool("HUOMIAO_BEHIND_PROXY", default=False)

ACCOUNT_ADAPTER = "huomiao.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "huomiao.accounts.forms.LoginForm",
    "change_password": "huomiao.accounts.forms.ChangePasswordForm",
    "set_password": "huomiao.accounts.forms.SetPasswordForm",
    "reauthenticate": "huomiao.accounts.forms.ReauthenticateForm",
}
# A works of thousands reaches us from one address, so an address may try often; one account may not.
ACCOUNT_RATE_LIMITS = {
    "login": env.str("HUOMIAO_LIMIT_SIGN_IN", default="300/m/ip"),
    "login_failed": env.str("HUOMIAO_LIMIT_SIGN_IN_FAILED", default="60/m/ip,30/15m/key"),
}

# Five wrong passwords for one account from one address lock that pair for a while.
AXES_FAILURE_LIMIT = env.int("HUOMIAO_LOCK_AFTER", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("HUOMIAO_LOCK_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "huomiao.accounts.locking.account_key"
AXES_CLIENT_IP_CALLABLE = "huomiao.accounts.locking.client_address"
AXES_LOCKOUT_CALLABLE = "huomiao.accounts.views.sign_in.locked_out"
# What was typed into a sign-in form is nobody's to keep.
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address", "oldpassword", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

MFA_ADAPTER = "huomiao.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_FORMS = {
    "authenticate": "huomiao.accounts.forms.CodeForm",
    "reauthenticate": "huomiao.accounts.forms.CodeAgainForm",
    "activate_totp": "huomiao.accounts.forms.ActivateTOTPForm",
    "authenticate_webauthn": "huomiao.accounts.forms.PasskeyForm",
    "login_webauthn": "huomiao.accounts.forms.PasskeyLoginForm",
    "reauthenticate_webauthn": "huomiao.accounts.forms.PasskeyAgainForm",
    "add_webauthn": "huomiao.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "huomiao.accounts.forms.RenamePasskeyForm",
}
# Whether people who act for others (orgs.roles.OFFICIAL_ROLES) must have a second factor.
MFA_REQUIRED: bool = env.bool("HUOMIAO_MFA_REQUIRED", default=PRODUCTION)

SOCIALACCOUNT_ADAPTER = "huomiao.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
# Where the browser is sent to sign in elsewhere: a form on our page may lead there.
SIGN_IN_ORIGINS: list[str] = []


def _sign_in_elsewhere(provider: str, prefix: str, name: str, origins: list[str], **more: Any) -> None:
    """Offer a platform on the sign-in page when its identifier stands in the environment."""
    identifier = env.str(f"{prefix}_ID", default="")
    if not identifier:
        return
    app = {"name": name, "client_id": identifier, "secret": env.str(f"{prefix}_SECRET", default=""), **more}
    SOCIALACCOUNT_PROVIDERS[provider] = {"APPS": [app]}
    SIGN_IN_ORIGINS.extend(origins)


_oidc_url = env.str("HUOMIAO_OIDC_URL", default="")
_sign_in_elsewhere(
    "openid_connect",
    "HUOMIAO_OIDC",
    env.str("HUOMIAO_OIDC_NAME", default="统一身份认证"),
    ["/".join(_oidc_url.split("/")[:3]), *env.list("HUOMIAO_OIDC_ORIGINS", default=[])],
    provider_id="oidc",
    settings={"server_url": _oidc_url},
)
_sign_in_elsewhere("dingtalk", "HUOMIAO_DINGTALK", "钉钉", ["https://login.dingtalk.com"])
_sign_in_elsewhere("feishu", "HUOMIAO_FEISHU", "飞书", ["https://open.feishu.cn", "https://accounts.feishu.cn"])
_sign_in_elsewhere(
    "wecom",
    "HUOMIAO_WECOM",
    "企业微信",
    ["https://login.work.weixin.qq.com", "https://open.weixin.qq.com"],
    settings={"agent": env.str("HUOMIAO_WECOM_AGENT", default="")},
)

# --- Language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Security -----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF],
        "object-src": [NONE],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF, *SIGN_IN_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "huomiao.core.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env.bool("HUOMIAO_HTTPS", default=PRODUCTION)
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs ---------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        # The worker sets its loggers to INFO by itself and would tell two lines of every task.
        "tasks": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "level": env.str("HUOMIAO_LOG_LEVEL", default="WARNING"),
        },
    },
    "root": {"handlers": ["stderr"], "level": env.str("HUOMIAO_LOG_LEVEL", default="WARNING")},
    "loggers": {
        "huomiao": {"level": env.str("HUOMIAO_LOG_LEVEL", default="INFO")},
        "django_tasks": {"handlers": ["tasks"], "propagate": False},
        "django_tasks_db": {"handlers": ["tasks"], "propagate": False},
    },
}
