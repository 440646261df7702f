"""The base of every stack: where it lives, what it is called, which zones it uses."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.schema import Environment
from voice_constructs.images import Images
from voice_constructs.service import ServiceSetting, service_cluster


class PlatformStack(cdk.Stack):
    """A stack of one environment, in its home region or a further one.

    Attributes:
        prefix: First part of every physical name, `voiceplane-prod`; unique in an account and region.
        secret_prefix: First part of every secret's name, `voiceplane/prod`.
        home: Whether this is the environment's home region.
    """

    def __init__(self, scope: Construct, purpose: str, *, environment: Environment, region: str | None = None) -> None:
        """Name the stack after what it is for.

        Args:
            purpose: Such as `media`; the stack is called `voiceplane-prod-media`.
            environment: The whole environment file; constructs inside get their own section only.
            region: A further region, which is then part of the stack's name.
        """
        self.prefix = f"voiceplane-{environment.name}"
        self.secret_prefix = f"voiceplane/{environment.name}"
        self._environment = environment
        self.home = region in (None, environment.region)
        self._zones = _zones(environment, region or environment.region)
        name = f"{self.prefix}-{purpose}" if self.home else f"{self.prefix}-{purpose}-{region}"
        super().__init__(
            scope,
            name,
            stack_name=name,
            env=cdk.Environment(account=environment.account, region=region or environment.region),
            termination_protection=environment.production,
            tags={"voiceplane:environment": environment.name, "voiceplane:stack": purpose, **environment.tags},
        )

    def host(self, label: str) -> str:
        """Full public name of something in this stack's region: `api.voice.example.com`."""
        place = label if self.home else f"{label}-{self.region}"
        return f"{place}.{self._environment.domain.name}"

    def home_host(self, label: str) -> str:
        """Full public name of something in the home region."""
        return f"{label}.{self._environment.domain.name}"

    def service_setting(self, purpose: str, *, vpc: ec2.IVpc, observability: secretsmanager.ISecret) -> ServiceSetting:
        """A cluster of this stack, and what its services have in common.

        Args:
            purpose: Last part of the cluster's name.
            observability: JSON with `sentry_dsn` and `posthog_api_key`.
        """
        operations = self._environment.operations
        reported = {"sentry_dsn": operations.sentry, "posthog_api_key": operations.posthog}
        return ServiceSetting(
            cluster=service_cluster(self, "Cluster", name=f"{self.prefix}-{purpose}", vpc=vpc),
            cluster_name=f"{self.prefix}-{purpose}",
            images=Images(
                self,
                "Images",
                prefix=self.prefix,
                delivery=self._environment.delivery,
                region=self._environment.region,
            ),
            log_days=operations.log_days,
            process={
                "environment": self._environment.name,
                "aws_region": self.region,
                "log_level": operations.log_level,
                **{
                    field: ecs.Secret.from_secrets_manager(observability, field=field)
                    for field, wanted in reported.items()
                    if wanted
                },
            },
        )

    @property
    def availability_zones(self) -> list[str]:
        """Zones without asking an account: CDK would look them up as soon as one is named."""
        return self._zones


def _zones(environment: Environment, region: str) -> list[str]:
    named = {further.name: further.zone_names for further in environment.regions}
    names = named.get(region, environment.network.zone_names)
    return list(names) or [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(environment.network.zones)]
