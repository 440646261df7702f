"""Every path of the control plane; the load balancers let only the contract's through."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from contract.services import (
    API_HEALTH_PATH,
    CALLBACK_PATH,
    LIVENESS_PATH,
    METRICS_PATH,
    READINESS_PATH,
    WEBHOOK_PATH,
)
from control_plane import health
from control_plane.voice_sessions.api import urls as api
from control_plane.voice_sessions.webhooks import livekit_webhook

urlpatterns: list[URLPattern | URLResolver] = [
    path(LIVENESS_PATH[1:], health.livez),
    path(READINESS_PATH[1:], health.readyz),
    path(API_HEALTH_PATH[1:], health.health),
    path(METRICS_PATH[1:], health.metrics),
    path("api/schema", SpectacularAPIView.as_view()),
    path("api/v1/", include((api.public, "public"))),
    path(f"{CALLBACK_PATH[1:]}/", include((api.internal, "internal"))),
    path(WEBHOOK_PATH[1:], livekit_webhook),
    path("admin/", admin.site.urls),
]
handler404 = "control_plane.voice_sessions.api.problems.no_such_path"
handler500 = "control_plane.voice_sessions.api.problems.our_mistake"
if settings.ENVIRONMENT.silk_enabled:
    silk: Any = include("silk.urls", namespace="silk")
    urlpatterns.append(path("admin/silk/", silk))
