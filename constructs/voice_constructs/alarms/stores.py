"""PostgreSQL, Valkey, and the queue to other systems.

Missing data: `DatabaseSilent` and `ValkeyAway` are there for it, once each; SQS is silent about a queue that nobody has
used for six hours, and a primary about its lag.
"""

from typing import Final

from config.instances import DATABASES
from config.sections.data import Database
from contract import aws_metrics as aws
from voice_constructs.alarms.rule import AlarmRule, Composite

GIB: Final = 1024**3


def database_rules(database: Database) -> tuple[AlarmRule, ...]:
    """The primary's alarms, whose limits come from its own section."""
    storage, memory = database.storage_gib * GIB, DATABASES[database.instance_type].gib * GIB
    return (
        AlarmRule("DatabaseSilent", aws.DATABASE_CONNECTIONS, "SampleCount", "<", 1, 3, "breaching", "critical",
                  "RDS says nothing of the database", page="DatabaseAway", tells=False),
        # Every process keeps one connection open (`control_plane.databases`), so none at all means that none can.
        AlarmRule("DatabaseUnused", aws.DATABASE_CONNECTIONS, "Maximum", "<", 1, 2, "notBreaching", "critical",
                  "nobody is connected to the database", page="DatabaseAway", tells=False),
        AlarmRule("DatabaseConnections", aws.DATABASE_CONNECTIONS, "Maximum", ">", 0.8 * database.max_connections, 5,
                  "notBreaching", "critical", "over 80 % of the database's connections are used (seed S199)"),
        AlarmRule("DatabaseCpu", aws.DATABASE_CPU, "Average", ">", 80, 10, "notBreaching", "warning",
                  "the database's CPU has been over 80 % for ten minutes"),
        # gp3 answers in single milliseconds; a commit waits for its write, and every answer for its commit.
        AlarmRule("DatabaseWrites", aws.DATABASE_WRITE_LATENCY, "Average", ">", 0.02, 10, "notBreaching", "warning",
                  "a write to the database's disk takes more than 20 ms", page="DatabaseCpu"),
        # It grows by itself, at most every six hours, when less than a tenth is free.
        AlarmRule("DatabaseStorage", aws.DATABASE_FREE_STORAGE, "Minimum", "<", storage / 10, 5, "notBreaching",
                  "warning", "less than a tenth of the database's storage is free"),
        AlarmRule("DatabaseMemory", aws.DATABASE_FREE_MEMORY, "Minimum", "<", memory / 20, 10, "notBreaching",
                  "warning", "less than a twentieth of the database's memory is free"),
        # PostgreSQL refuses writes near 2,000 million; its forced vacuum begins at 200 million.
        AlarmRule("DatabaseTransactionIds", aws.DATABASE_TRANSACTION_IDS, "Maximum", ">", 1_000_000_000, 60,
                  "notBreaching", "warning", "vacuum does not keep up: half of the transaction ids are used"),
    )  # fmt: skip


DATABASE_TOGETHER: Final = (
    Composite("DatabaseAway", ("DatabaseSilent", "DatabaseUnused"), "critical",
              "the database is away: no call can begin or be recorded"),
)  # fmt: skip
REPLICA: Final = (
    AlarmRule("DatabaseReplicaLag", aws.DATABASE_REPLICA_LAG, "Maximum", ">", 30, 5, "notBreaching", "warning",
              "the database's copy is more than 30 s behind"),
)  # fmt: skip
CACHE: Final = (
    AlarmRule("ValkeyAway", aws.CACHE_CPU, "SampleCount", "<", 1, 3, "breaching", "critical",
              "ElastiCache says nothing of this node"),
    AlarmRule("ValkeyCpu", aws.CACHE_CPU, "Average", ">", 70, 5, "notBreaching", "warning",
              "Valkey's one thread is nearly full"),
    AlarmRule("ValkeyMemory", aws.CACHE_MEMORY, "Maximum", ">", 75, 5, "notBreaching", "warning",
              "Valkey has less than a quarter of its memory left"),
    AlarmRule("ValkeyEvictions", aws.CACHE_EVICTIONS, "Sum", ">", 0, 1, "notBreaching", "critical",
              "Valkey throws live state or queued tasks away", page="ValkeyMemory"),
    # A node takes 65,000 ("maxclients", Valkey and Redis OSS parameters); refused ones are calls that do not begin.
    AlarmRule("ValkeyConnections", aws.CACHE_CONNECTIONS, "Maximum", ">", 52_000, 5, "notBreaching", "warning",
              "over 80 % of the 65,000 connections of a Valkey node are used"),
    # Only a replica says it. A failover loses as much as it is behind.
    AlarmRule("ValkeyLag", aws.CACHE_LAG, "Maximum", ">", 5, 5, "notBreaching", "warning",
              "Valkey's replica is more than five seconds behind"),
)  # fmt: skip
HANDOFF: Final = (
    # Received five times at most, five minutes each: three of them without success.
    AlarmRule("MessageAge", aws.QUEUE_AGE, "Maximum", ">", 900, 5, "notBreaching", "warning",
              "nobody fetches session.completed messages", page="DeadLetters"),
)  # fmt: skip
DEAD_LETTERS: Final = (
    AlarmRule("DeadLetters", aws.QUEUE_VISIBLE, "Maximum", ">", 0, 1, "notBreaching", "warning",
              "a session.completed message could not be used by its receiver"),
)  # fmt: skip
