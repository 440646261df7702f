"""The back office: sessions read-only, dead jobs with a way to try again; what was said is not shown here."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from contract.session import Reason
from control_plane.voice_sessions import outbox
from control_plane.voice_sessions.models import OutboxRow, UsageTotal, VoiceSession, WebhookEvent
from control_plane.voice_sessions.services.ending import voice_session_end

if TYPE_CHECKING:  # Django's own classes take no parameters when they run
    SessionsAdmin = admin.ModelAdmin[Any]
    SessionsInline = admin.TabularInline[Any, Any]
else:
    SessionsAdmin, SessionsInline = admin.ModelAdmin, admin.TabularInline


class ReadOnly(SessionsAdmin):
    """The record changes by what happens, not by hand."""

    def has_add_permission(self, _request: HttpRequest, *_: Any) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class Jobs(SessionsInline):
    """What follows a session."""

    model = OutboxRow
    extra = 0
    can_delete = False
    fields = readonly_fields = ("job", "state", "attempts", "due_at", "done_at", "error")

    def has_add_permission(self, _request: HttpRequest, *_: Any) -> bool:
        """Jobs come with changes of the session."""
        return False


class Usage(SessionsInline):
    """What a session used."""

    model = UsageTotal
    extra = 0
    can_delete = False
    fields = readonly_fields = ("attempt", "provider", "model", "unit", "quantity")

    def has_add_permission(self, _request: HttpRequest, *_: Any) -> bool:
        """Agents tell it."""
        return False


@admin.register(VoiceSession)
class VoiceSessionAdmin(ReadOnly):
    """Sessions; one that is stuck can be ended."""

    list_display = ("id", "state", "reason", "simulation_service", "transport", "created_at", "ended_at", "cost_usd")
    list_filter = ("state", "reason", "simulation_service", "transport")
    search_fields = ("id",)
    exclude = ("request",)  # prompts are personal data
    inlines = (Jobs, Usage)
    actions = ("end",)
    show_full_result_count = False

    @admin.action(description="End by force")
    def end(self, _request: HttpRequest, sessions: "QuerySet[VoiceSession]") -> None:
        """End each that has not ended."""
        for session in sessions:
            voice_session_end(session.pk, reason=Reason.FORCED, now=timezone.now())


@admin.register(OutboxRow)
class OutboxRowAdmin(ReadOnly):
    """Jobs; a dead one can be tried again."""

    list_display = ("session", "job", "state", "attempts", "due_at", "done_at", "error")
    list_filter = ("state", "job")
    search_fields = ("session__id",)
    list_select_related = ("session",)
    actions = ("retry",)
    show_full_result_count = False

    @admin.action(description="Try dead jobs again")
    def retry(self, request: HttpRequest, rows: "QuerySet[OutboxRow]") -> None:
        """Give each dead job all its attempts again."""
        revived = outbox.revive(rows, now=timezone.now())
        self.message_user(request, f"{revived} jobs will be tried again")


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly):
    """What LiveKit told us in the last day."""

    list_display = ("id", "event", "session_id", "received_at")
    list_filter = ("event",)
    search_fields = ("session_id",)
    show_full_result_count = False
