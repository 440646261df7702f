"""The database's roles, which the migration makes and everybody else signs in as."""

from typing import Final

APPLICATION_ROLE: Final = "voiceplane_app"  # signs in with IAM tokens
POOL_ROLE: Final = "voiceplane_pool"  # a password role: PgBouncer cannot sign in with IAM tokens
