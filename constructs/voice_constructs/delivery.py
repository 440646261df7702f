"""Where images are kept, and how a pipeline without any stored key may deploy."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.sections.operations import Delivery
from contract.images import IMAGES
from voice_constructs.access import allow
from voice_constructs.images import repository_name

GITHUB = "token.actions.githubusercontent.com"


class ImageRepositories(Construct):
    """One ECR repository for each image: tags never change meaning, every push is scanned, old images go."""

    def __init__(self, scope: Construct, id_: str, *, prefix: str, delivery: Delivery, retain: bool) -> None:
        """Make them.

        Args:
            prefix: First part of their names, `voiceplane-prod/agent`.
        """
        super().__init__(scope, id_)
        self.repositories = [
            ecr.Repository(
                self,
                image.name,
                repository_name=repository_name(prefix, image),
                image_tag_mutability=ecr.TagMutability.IMMUTABLE,
                image_scan_on_push=True,
                lifecycle_rules=[ecr.LifecycleRule(max_image_count=delivery.keep_images)],
                removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
                empty_on_delete=None if retain else True,
            )
            for image in IMAGES
        ]


class GitHubDeployRole(Construct):
    """The role that this environment's GitHub Actions workflows assume by OIDC.

    Attributes:
        role: May push images, run the CDK's own roles, and nothing else.
    """

    def __init__(self, scope: Construct, id_: str, *, prefix: str, environment: str, delivery: Delivery) -> None:
        """Trust one repository's workflows in one GitHub environment.

        Args:
            environment: Name of the environment, here and on GitHub.
        """
        super().__init__(scope, id_)
        self._prefix = prefix
        claim = f"repo:{delivery.repository}:environment:{environment}"
        self.role = iam.Role(
            self,
            "Role",
            role_name=f"{prefix}-deploy",
            description=f"GitHub Actions of {delivery.repository}, environment {environment}",
            assumed_by=iam.WebIdentityPrincipal(
                self._provider(delivery),
                {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": claim}},
            ),
        )
        self._allow_deploys()
        self._allow_pushes()

    def _provider(self, delivery: Delivery) -> str:
        """AWS allows one provider for GitHub in an account."""
        if delivery.oidc_provider == "create":
            provider = iam.CfnOIDCProvider(
                self, "Provider", url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"]
            )
            return provider.attr_arn
        return Stack.of(self).format_arn(service="iam", region="", resource="oidc-provider", resource_name=GITHUB)

    def _allow_deploys(self) -> None:
        role = Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name="cdk-hnb659fds-*")
        allow(
            self.role,
            actions=["sts:AssumeRole"],
            resources=[role],
            reason="the roles that cdk bootstrap made in this account; their names end in account and region",
        )

    def _allow_pushes(self) -> None:
        repositories = Stack.of(self).format_arn(
            service="ecr", resource="repository", resource_name=f"{self._prefix}/*"
        )
        allow(
            self.role,
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            resources=[repositories],
            reason="this environment's repositories share the prefix",
        )
        allow(
            self.role,
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            reason="GetAuthorizationToken knows no resources",
        )
