"""What is kept: the database, the two Valkey groups, the buckets, the hand-off queue."""

from pydantic import Field

from config.sections.section import Section


class PgBouncer(Section):
    """A connection pooler between the services and PostgreSQL."""

    enabled: bool = False
    """Without it each process keeps its own pool, which is enough below some 400 connections."""
    tasks: int = Field(2, ge=1, le=10)
    """PgBouncer tasks."""
    client_connections: int = Field(10_000, ge=100, le=50_000)
    """Connections from our processes that one task accepts."""
    server_pool_size: int = Field(50, ge=5, le=500)
    """Connections to PostgreSQL over all tasks."""


class Database(Section):
    """PostgreSQL on RDS."""

    instance_type: str = "m7g.large"
    """RDS instance class without `db.`."""
    storage_gib: int = Field(50, ge=20, le=16384)
    """Storage at the start, GiB."""
    max_storage_gib: int = Field(500, ge=22, le=65536)
    """Storage grows by itself up to this, GiB."""
    multi_az: bool = True
    """A standby in another zone."""
    backup_days: int = Field(14, ge=1, le=35)
    """Days that automatic backups are kept."""
    read_replica: bool = False
    """A copy for reads."""
    max_connections: int = Field(400, ge=50, le=10_000)
    """PostgreSQL's own limit; every process's pool must fit, all tasks at their ceiling."""
    pool_size: int = Field(10, ge=1, le=100)
    """Connections that one process may hold."""
    slow_query_ms: int = Field(100, ge=0, le=60_000)
    """Statements slower than this are logged."""
    pgbouncer: PgBouncer = PgBouncer()
    """An optional pooler."""


class Cache(Section):
    """One Valkey group, TLS, not clustered."""

    node_type: str = "cache.t4g.small"
    """ElastiCache node type."""
    replicas: int = Field(1, ge=0, le=5)
    """Copies in other zones; with none a failed node is an outage."""
    snapshot_days: int = Field(1, ge=0, le=35)
    """Days that daily snapshots are kept."""


class Storage(Section):
    """The recordings and artefacts buckets."""

    cold_after_days: int = Field(90, ge=1, le=3650)
    """Objects move to cold storage with instant retrieval."""
    retention_days: int = Field(365, ge=1, le=36500)
    """Objects are deleted."""
    abort_uploads_days: int = Field(7, ge=1, le=90)
    """Unfinished uploads are dropped."""


class Handoff(Section):
    """An optional SQS FIFO queue that says `session.completed` to other systems."""

    enabled: bool = False
    """Make the queue and its dead-letter queue."""
    max_receives: int = Field(5, ge=1, le=100)
    """Then a message goes to the dead-letter queue."""


class Data(Section):
    """Everything that outlives a deployment."""

    database: Database = Database()
    """PostgreSQL."""
    live: Cache = Cache()
    """LiveKit's and the live sessions' Valkey group."""
    broker: Cache = Cache()
    """The Celery broker's Valkey group."""
    storage: Storage = Storage()
    """The buckets."""
    handoff: Handoff = Handoff()
    """The optional queue to other systems."""
    retain: bool = True
    """Keep data and refuse deletion when a stack is removed; false only for throw-away environments."""
