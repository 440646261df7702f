"""The variables of whoever measures: those by which containers reach the same stores."""

from contract.environment import DatabaseEnv, LiveStateEnv


class MeasuringEnv(DatabaseEnv, LiveStateEnv):
    """How the database and Valkey are reached; one Valkey is both groups here."""
