"""The app's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class VoiceSessionsConfig(AppConfig):
    """Named so that it does not clash with Django's own sessions."""

    name = "control_plane.voice_sessions"
    verbose_name = "voice sessions"
