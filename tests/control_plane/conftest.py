"""The control plane in this process, on real stores; each test begins with an empty record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import django
import pytest

from tests.control_plane.settings import DATABASE, told

with told({"DJANGO_SETTINGS_MODULE": "tests.control_plane.settings"}):
    django.setup()
    import control_plane.celery_app  # noqa: F401  it reads the settings' name too

from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from control_plane.voice_sessions import models

if TYPE_CHECKING:
    from tests.platform.aws import Aws
    from tests.platform.postgres import Postgres
    from tests.platform.valkey import Valkey

TABLES = [
    model._meta.db_table
    for model in (models.VoiceSession, models.WebhookEvent, models.IdempotencyKey)  # the others go with the session
]


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> Iterator[None]:
    """The schema, made by the migrations."""
    postgres.create_database(DATABASE)
    call_command("migrate", verbosity=0)
    yield
    connections.close_all()
    for wrapper in connections.all():
        assert isinstance(wrapper, DatabaseWrapper)
        wrapper.close_pool()


@pytest.fixture
def stores(
    migrated: None,  # noqa: ARG001  asked for its effect, like those below
    live_valkey: Valkey,
    broker_valkey: Valkey,
    aws: Aws,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """PostgreSQL, both Valkeys and AWS, empty."""
    for name, value in aws.variables.items():
        monkeypatch.setenv(name, value)
    yield
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    connections.close_all()
    for valkey in (live_valkey, broker_valkey):  # LiveKit's nodes are in a third one
        valkey.client().flushall()
    aws.empty()


@pytest.fixture
def client(stores: None) -> Client:  # noqa: ARG001
    """Somebody with the API key, over the whole of Django."""
    return Client(headers={"Authorization": "Bearer api-key-of-the-tests"})


@pytest.fixture
def stranger(stores: None) -> Client:  # noqa: ARG001
    """Somebody without any credential."""
    return Client()
