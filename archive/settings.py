"""Settings of the archive.

Everything that differs between machines comes from environment variables, listed in docs/settings.md.
"""

import logging
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from articles.platform import caches, database, environment, logs, private_files

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = environment.folder("ARCHIVE_DATA", BASE_DIR / "var")

# An earlier version left folders readable by other accounts. Closing the outer folders closes all that is in them;
# `check_archive` looks at every file. If root runs the archive, the embedded PostgreSQL has an account of its own,
# which must pass through the data folder to its files.
if DATA.is_dir():
    private_files.tighten(DATA, private_files.OTHERS if os.geteuid() else private_files.OTHERS_BUT_WALKING)
for _folder in (DATA / "captures", DATA / "deliveries", DATA / "media"):
    if _folder.is_dir():
        private_files.tighten(_folder)


def hsts(words: str) -> set[str]:
    """Reads ARCHIVE_HSTS: empty, `subdomains`, or `subdomains,preload`.

    Raises ImproperlyConfigured for other words, and for `preload` alone, which browsers' lists do not accept.
    """
    chosen = {word.strip().lower() for word in words.split(",") if word.strip()}
    if not chosen <= {"subdomains", "preload"} or chosen == {"preload"}:
        raise ImproperlyConfigured("ARCHIVE_HSTS must be empty, `subdomains` or `subdomains,preload`")
    return chosen


DEBUG = environment.switch("ARCHIVE_DEBUG")
HTTPS = environment.switch("ARCHIVE_HTTPS")
# Whether one proxy stands before the archive. Its headers are then trusted for the scheme and the visitor's address.
ARCHIVE_BEHIND_PROXY = environment.switch("ARCHIVE_BEHIND_PROXY")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = environment.items("ARCHIVE_HOSTS", LOOPBACK)
CSRF_TRUSTED_ORIGINS = environment.items("ARCHIVE_ORIGINS")
# Whether other machines reach the archive. If not, it may use a secret key that it made itself.
IS_PUBLIC = HTTPS or ARCHIVE_BEHIND_PROXY or not set(ALLOWED_HOSTS) <= set(LOOPBACK)


def _write_new(path: Path, content: str) -> None:
    """Writes a private file; does nothing if another process has just written it."""
    with suppress(FileExistsError), open(private_files.create(path), "w") as file:
        file.write(content)


def secret_key() -> str:
    """Returns ARCHIVE_SECRET_KEY, or the key of this data folder, which only its owner can read and which is made once.

    Raises ImproperlyConfigured if other machines reach the archive and the environment has no key, and if the folder
    cannot be written.
    """
    if key := os.environ.get("ARCHIVE_SECRET_KEY"):
        return key
    if IS_PUBLIC and not DEBUG:
        raise ImproperlyConfigured(
            "ARCHIVE_SECRET_KEY must be set to a long random text where the archive is served to others "
            "(ARCHIVE_HOSTS, ARCHIVE_HTTPS or ARCHIVE_BEHIND_PROXY is set)"
        )
    path = DATA / "secret_key"
    try:
        private_files.make_folder(DATA)
        if not path.exists():
            _write_new(path, get_random_secret_key())
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"ARCHIVE_DATA: nothing can be stored in {DATA}: {error.strerror}") from error


SECRET_KEY = secret_key()

INSTALLED_APPS = [
    "archive.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
    "django_filters",
    "csp",
    "django_prometheus",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "articles",
]

MIDDLEWARE = [
    "articles.platform.proxy.OneProxy",
    "articles.exchange.monitoring.Watched",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    # Directly after the first, so that kept pages and those of an outage are counted too.
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "articles.platform.logs.RequestLines",
    "articles.platform.replicas.Replicas",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "articles.site.keeping.RevocableAnswers",
    "articles.site.keeping.KeptPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "archive.urls"
WSGI_APPLICATION = "archive.wsgi.application"
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
                "articles.site.appearance.frame",
            ],
            "libraries": {"archive_text": "articles.site.tags"},
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                "articles.site.tags",
                "articles.admin.words",
            ],
        },
    },
]

DATABASES = database.configurations(os.environ, DATA)
# The role that creates databases for measuring, if the site's own role may not. Used by articles/platform/scratch.py
# only.
_SCRATCH = environment.text("ARCHIVE_SCRATCH_URL")
ARCHIVE_SCRATCH = database.configuration(_SCRATCH, DATA, "ARCHIVE_SCRATCH_URL") if _SCRATCH else {}
DATABASE_ROUTERS = ["articles.platform.database.CacheRouter"]
# A replica that lags by more than this many seconds is not read from.
ARCHIVE_REPLICA_LAG = environment.seconds("ARCHIVE_REPLICA_LAG", 10)
CACHES = {"default": caches.configuration(environment.text("ARCHIVE_CACHE"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
]

# Where signing in leads if `next` is no address of the archive.
LOGIN_REDIRECT_URL = "admin:index"
# After five wrong passwords, an address cannot sign in under that name for half an hour.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_CLIENT_IP_CALLABLE = "articles.platform.visitors.address"
AXES_VERBOSE = False
# Session keys are signed, so an invented key is recognised without the database.
SESSION_ENGINE = "articles.platform.sessions"
# A session ends with the browser, and at the latest this long after its beginning.
SESSION_COOKIE_AGE = environment.whole("ARCHIVE_SESSION_MINUTES", 8 * 60) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Whether the desk requires a second factor, and for how many minutes a password counts as just entered.
ARCHIVE_SECOND_FACTOR = environment.switch("ARCHIVE_SECOND_FACTOR")
ARCHIVE_FRESH_MINUTES = environment.whole("ARCHIVE_FRESH_MINUTES", 15, least=0)
OTP_TOTP_ISSUER = "الأرشيف"
# With the secret of a second factor anybody can sign in as its owner, so no page of the desk shows it again.
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

PROCRASTINATE_IMPORT_PATHS = ["articles.admin.jobs"]

# The form of review has several fields for each suggestion of an article; editors upload many files at a time.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 200

# Rows of history are never changed or deleted.
PGHISTORY_APPEND_ONLY = True
# Requests that only read are no operations.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "articles" / "locale"]
FORMAT_MODULE_PATH = ["archive.formats"]
TIME_ZONE = environment.time_zone("ARCHIVE_TIME_ZONE", "Africa/Casablanca")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("ARCHIVE_STATIC", DATA / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Libraries leave the mode of a file to the umask, for example that of compressed static files. No other account may
# write what readers are served.
os.umask(os.umask(0o022) | 0o022)
# If a bucket is named, captures are stored in it, through S3's interface; boto3 takes the keys from the environment.
# Otherwise they are stored in a folder beside the database.
S3_BUCKET = environment.text("ARCHIVE_S3_BUCKET")
# Only the archive's own account can read its files; the public reaches them through pages. Every store in a folder
# gives its files FILE_UPLOAD_PERMISSIONS, except for static files: these are no secret, and another server may serve
# them.
FILE_UPLOAD_PERMISSIONS = private_files.FILE
FILE_UPLOAD_DIRECTORY_PERMISSIONS = private_files.FOLDER
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "media"}},
    "captures": {
        "BACKEND": "articles.models.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "location": environment.text("ARCHIVE_S3_PREFIX"),
            "endpoint_url": environment.text("ARCHIVE_S3_ENDPOINT") or None,
        },
    }
    if S3_BUCKET
    else {"BACKEND": "articles.models.capture.DigestStorage", "OPTIONS": {"location": DATA / "captures"}},
    "deliveries": {
        "BACKEND": "articles.models.regular_files.RegularFiles",
        "OPTIONS": {"location": DATA / "deliveries"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

# These are set with HTTPS only: a machine that serves plain HTTP on its loopback address must not send them.
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "articles.admin.kept_form.answer_old_token"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# The owner of the domain decides about subdomains and the browsers' built-in list. Both bind every other site under the
# domain, for a year or for good, and the archive can undo neither. So `check --deploy` must not demand them.
HSTS = hsts(environment.text("ARCHIVE_HSTS"))
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and "subdomains" in HSTS
SECURE_HSTS_PRELOAD = HTTPS and "preload" in HSTS
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ARCHIVE_BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# Of all that a browser can do, the archive needs nothing.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope",
        "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock",
        "serial", "usb", "xr-spatial-tracking",
    )
}  # fmt: skip
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# How readers see numbers and dates: digits "latin" (2024) or "arabic" (٢٠٢٤).
ARCHIVE_DIGITS = environment.choice("ARCHIVE_DIGITS", ("latin", "arabic"))
# The largest document that `ingest` reads, unpacked, in bytes; a news article has some thousands. A file of many
# documents may be larger.
ARCHIVE_LARGEST_FILE = environment.whole("ARCHIVE_LARGEST_FILE", 20 * 1024 * 1024)
# Limits of the process that reads one document: seconds of processor time, and bytes of memory beyond those at its
# start.
ARCHIVE_DOCUMENT_SECONDS = environment.seconds("ARCHIVE_DOCUMENT_SECONDS", 20)
ARCHIVE_DOCUMENT_MEMORY = environment.whole("ARCHIVE_DOCUMENT_MEMORY", 512 * 1024 * 1024)
# The largest file that an editor may upload, in bytes; it may hold many documents.
ARCHIVE_LARGEST_UPLOAD = environment.whole("ARCHIVE_LARGEST_UPLOAD", 500 * 1024 * 1024)
# How long `ingest URL` may take to fetch a page, in seconds, from the look-up of its name to the last byte.
ARCHIVE_FETCH_SECONDS = environment.seconds("ARCHIVE_FETCH_SECONDS", 45)
# Whether `ingest URL` may fetch from addresses that only this machine or its network can reach. For tests only.
ARCHIVE_FETCH_PRIVATE = environment.switch("ARCHIVE_FETCH_PRIVATE")
# The most rows that a download of a list holds.
ARCHIVE_MOST_EXPORTED = environment.whole("ARCHIVE_MOST_EXPORTED", 10_000)
# How many downloads and harvests (/export/, /oai/) are answered at once, by all processes that read from one database
# server. A visitor's address has one at a time.
ARCHIVE_EXPORTS_AT_ONCE = environment.whole("ARCHIVE_EXPORTS_AT_ONCE", 3)
# After this many seconds a download is cut off. Ten thousand articles of 6 KB arrive in time at 100 KB a second.
ARCHIVE_EXPORT_SECONDS = environment.seconds("ARCHIVE_EXPORT_SECONDS", 600)
# How often one address may use the API, downloads, feeds, harvests and sitemaps together.
ARCHIVE_API_RATE = environment.rate("ARCHIVE_API_RATE", "120/m")
# How many searches and suggestions one address may request; pages that come from the cache do not count.
ARCHIVE_SEARCH_RATE = environment.rate("ARCHIVE_SEARCH_RATE", "1200/m")
# How often one address may try to sign in, under any names.
ARCHIVE_LOGIN_RATE = environment.rate("ARCHIVE_LOGIN_RATE", "30/m")
# The e-mail address for libraries that harvest the archive; the default is archive@HOST.
ARCHIVE_CONTACT = environment.text("ARCHIVE_CONTACT")
# A search that runs longer than this many milliseconds is stopped; the reader gets a page that says so.
ARCHIVE_SEARCH_TIMEOUT = environment.whole("ARCHIVE_SEARCH_TIMEOUT", 5_000)
# All other statements of the processes that serve the site, also for editors, are stopped after this many milliseconds.
# Statements of commands are not.
ARCHIVE_STATEMENT_TIMEOUT = environment.whole("ARCHIVE_STATEMENT_TIMEOUT", 30_000, least=0)

# When `manage.py nightly --wait` runs, in the archive's time zone; empty for never. The folder to which it adds a
# backup; empty for none. How many backups it keeps there.
ARCHIVE_NIGHTLY = environment.clock_time("ARCHIVE_NIGHTLY", "02:30")
ARCHIVE_BACKUP = environment.text("ARCHIVE_BACKUP")
ARCHIVE_BACKUPS_KEPT = environment.whole("ARCHIVE_BACKUPS_KEPT", 30)
# The token that /metrics requires; without one nobody can read it.
ARCHIVE_METRICS_TOKEN = environment.text("ARCHIVE_METRICS_TOKEN")
# Statements that take this many milliseconds are logged; 0 logs none.
ARCHIVE_SLOW_STATEMENT = environment.whole("ARCHIVE_SLOW_STATEMENT", 500, least=0)
LOGGING = logs.from_environment()
# History records which editor did what; the log of requests names nobody. A request's id is accepted from our own proxy
# only.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = ARCHIVE_BEHIND_PROXY
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
