"""Django's settings, all of them made from the contract's class of the process that runs."""

import os

from contract.environment import ApiEnv
from control_plane.databases import as_owner, databases
from control_plane.environment import read_environment

ENVIRONMENT = read_environment(os.environ)

SECRET_KEY = ENVIRONMENT.django_secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts.split(",")
CORS_ALLOWED_ORIGINS = ENVIRONMENT.cors_allowed_origins.split(",") if isinstance(ENVIRONMENT, ApiEnv) else []

DATABASES = databases(as_owner(ENVIRONMENT))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "control_plane.voice_sessions",
]
MIDDLEWARE = [
    "control_plane.measuring.Measured",
    "control_plane.cors.CrossOrigin",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if ENVIRONMENT.silk_enabled:
    INSTALLED_APPS.append("silk")
    MIDDLEWARE.insert(2, "silk.middleware.SilkyMiddleware")
SILKY_AUTHENTICATION = SILKY_AUTHORISATION = True
SILKY_MAX_REQUEST_BODY_SIZE = SILKY_MAX_RESPONSE_BODY_SIZE = 0  # bodies are what callers said

ROOT_URLCONF = "control_plane.urls"
WSGI_APPLICATION = "control_plane.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # of any body; webhooks are held to less
LOGGING_CONFIG = None  # runtime.kit.logs is asked by the entry point

# The load balancer ends TLS and redirects; a laptop has none.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
IS_BEHIND_TLS = ENVIRONMENT.livekit_url.startswith("wss://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if IS_BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_BEHIND_TLS
# Probes, callbacks and webhooks come over the internal listener, some of them without TLS.
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = ["security.W008"]
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["control_plane.voice_sessions.api.authentication.ApiKey"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "control_plane.voice_sessions.api.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Voiceplane",
    "DESCRIPTION": "Open, watch and end voice sessions.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}
