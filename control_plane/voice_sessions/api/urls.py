"""Paths of the two APIs."""

from django.urls import path

from control_plane.voice_sessions.api import callbacks, sessions

public = [
    path("sessions", sessions.SessionsView.as_view()),
    path("sessions/<slug:session_id>", sessions.SessionView.as_view()),
    path("sessions/<slug:session_id>/end", sessions.SessionEndView.as_view()),
    path("sessions/<slug:session_id>/token", sessions.SessionTokenView.as_view()),
    path("sessions/<slug:session_id>/ticket", sessions.SessionTicketView.as_view()),
]
internal = [
    path("sessions/<slug:session_id>/turns", callbacks.TurnsView.as_view()),
    path("sessions/<slug:session_id>/heartbeat", callbacks.HeartbeatView.as_view()),
    path("sessions/<slug:session_id>/finish", callbacks.FinishView.as_view()),
]
