"""Every secret of an environment: what we can make is generated, what only people have is left empty."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import ArnFormat, Fn, RemovalPolicy, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from voice_constructs.access import acknowledge


class PlatformSecrets(Construct):
    """The secrets of one environment, in Secrets Manager under `voiceplane/prod/…`.

    They are encrypted with the account's AWS-managed key: with a key of ours in this stack
    each consumer's grant would change that key's policy, which is a cycle between stacks.

    Attributes:
        livekit: The whole secret is `LIVEKIT_KEYS` (JSON of key id → secret); its field is `LIVEKIT_API_SECRET`.
        livekit_key_id: Name of that field, no secret.
        providers: JSON of provider keys, written by people.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        prefix: str,
        retain: bool,
        livekit_key_id: str = "",
        replica_regions: list[str] | None = None,
    ) -> None:
        """Make them.

        Args:
            prefix: First part of the physical names, such as `voiceplane/prod`.
            retain: Keep them when the stack is deleted.
            livekit_key_id: The key that clients sign with, when it is not the generated one any more.
            replica_regions: Further regions that LiveKit's key and the providers' keys are copied to.
        """
        super().__init__(scope, id_)
        self._prefix, self._retain = prefix, retain
        self._regions = [secretsmanager.ReplicaRegion(region=region) for region in replica_regions or []]
        first_key = f"{prefix.replace('/', '-')}-key"
        self.livekit_key_id = livekit_key_id or first_key
        self.livekit = self._generated("livekit", field=first_key)  # another field would make its value anew
        self.django, self.callbacks, self.api_key = map(self._generated, ("django", "callbacks", "api-key"))
        passwords = map(self._generated, ("live-valkey", "broker-valkey", "database-pool"))
        self.live_password, self.broker_password, self.pool_password = passwords
        by_people = (self._written_by_people(name) for name in ("providers", "observability", "overflow", "github"))
        self.providers, self.observability, self.overflow, self.github = by_people

    @property
    def control_plane_variables(self) -> dict[str, ecs.Secret]:
        """What every process of the control plane has."""
        return {
            "django_secret_key": ecs.Secret.from_secrets_manager(self.django),
            "callback_signing_key": ecs.Secret.from_secrets_manager(self.callbacks),
        }

    @property
    def livekit_client_variables(self) -> dict[str, str | ecs.Secret]:
        """Key id and secret of a client of LiveKit's API."""
        return livekit_client_variables(self.livekit, key_id=self.livekit_key_id)

    def provider_variables(self, fields: Sequence[str]) -> dict[str, ecs.Secret]:
        """The providers' keys that the enabled pipelines need."""
        return provider_variables(self.providers, fields)

    def _generated(self, name: str, *, field: str | None = None) -> secretsmanager.Secret:
        return generated_secret(
            self,
            name.title().replace("-", ""),
            name=f"{self._prefix}/{name}",
            retain=self._retain,
            field=field,
            replicas=self._regions if name in REPLICATED else None,
        )

    def _written_by_people(self, name: str) -> secretsmanager.ISecret:
        """A secret without a value: `make deploy` refuses until somebody has written it."""
        secret = secretsmanager.CfnSecret(
            self,
            name.title(),
            name=f"{self._prefix}/{name}",
            description="written by people: see docs/first-deploy.md",
            replica_regions=[
                secretsmanager.CfnSecret.ReplicaRegionProperty(region=region.region) for region in self._regions
            ]
            if name in REPLICATED
            else None,
        )
        secret.apply_removal_policy(RemovalPolicy.RETAIN if self._retain else RemovalPolicy.DESTROY)
        acknowledge(secret, "SMG4", reason="its maker issues it; nobody else can rotate it")
        return secretsmanager.Secret.from_secret_complete_arn(self, f"{name.title()}Reference", secret.ref)


def generated_secret(
    scope: Construct,
    id_: str,
    *,
    name: str,
    retain: bool,
    field: str | None = None,
    replicas: Sequence[secretsmanager.ReplicaRegion] | None = None,
) -> secretsmanager.Secret:
    """A secret of 48 letters and digits that AWS makes and nobody sees.

    Args:
        field: The secret is then JSON with this one field.
    """
    shape: dict[str, Any] = {"secret_string_template": "{}", "generate_string_key": field} if field else {}
    secret = secretsmanager.Secret(
        scope,
        id_,
        secret_name=name,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            exclude_punctuation=True, password_length=48, **shape
        ),
        replica_regions=replicas,
        removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
    )
    acknowledge(secret, "SMG4", reason="rotated by hand: every process that has it must be told (docs/decisions/0009)")
    return secret


class SecretReplicas(Construct):
    """A further region's own copies of what its LiveKit nodes and agents are given."""

    def __init__(self, scope: Construct, id_: str, *, home: PlatformSecrets) -> None:
        """Refer to them: a copy's ARN differs in its region only."""
        super().__init__(scope, id_)
        self.livekit_key_id = home.livekit_key_id
        self.livekit = self._replica("LiveKit", home.livekit)
        self.providers = self._replica("Providers", home.providers)
        self.observability = self._replica("Observability", home.observability)

    @property
    def livekit_client_variables(self) -> dict[str, str | ecs.Secret]:
        """Key id and secret of a client of LiveKit's API."""
        return livekit_client_variables(self.livekit, key_id=self.livekit_key_id)

    def provider_variables(self, fields: Sequence[str]) -> dict[str, ecs.Secret]:
        """The providers' keys that the enabled pipelines need."""
        return provider_variables(self.providers, fields)

    def _replica(self, id_: str, original: secretsmanager.ISecret) -> secretsmanager.ISecret:
        name_with_suffix = Fn.select(6, Fn.split(":", original.secret_arn))
        arn = Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=name_with_suffix,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return secretsmanager.Secret.from_secret_complete_arn(self, id_, arn)


REPLICATED = frozenset({"livekit", "providers", "observability"})


def livekit_client_variables(secret: secretsmanager.ISecret, *, key_id: str) -> dict[str, str | ecs.Secret]:
    """Key id and secret, from the home region's secret or a replica of it."""
    return {
        "livekit_api_key": key_id,
        "livekit_api_secret": ecs.Secret.from_secrets_manager(secret, field=key_id),
    }


def provider_variables(secret: secretsmanager.ISecret, fields: Sequence[str]) -> dict[str, ecs.Secret]:
    """One container secret for each field of the providers' JSON."""
    return {field: ecs.Secret.from_secrets_manager(secret, field=field) for field in fields}
