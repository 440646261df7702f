"""DELIVERY: where images are kept, and who may deploy from GitHub. Lives longer than any service."""

from aws_cdk import CfnOutput
from constructs import Construct

from config.schema import Environment
from voice_constructs.delivery import GitHubDeployRole, ImageRepositories
from voice_constructs.platform_stack import PlatformStack


class DeliveryStack(PlatformStack):
    """One repository per image, one role per environment."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Make them."""
        super().__init__(scope, "delivery", environment=environment)
        ImageRepositories(
            self, "Images", prefix=self.prefix, delivery=environment.delivery, retain=environment.data.retain
        )
        github = GitHubDeployRole(
            self, "GitHub", prefix=self.prefix, environment=environment.name, delivery=environment.delivery
        )
        CfnOutput(self, "DeployRoleArn", value=github.role.role_arn)
