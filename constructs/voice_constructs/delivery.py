"""Where images are kept, and how a pipeline without any stored key may deploy."""

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.sections.operations import Delivery
from contract.images import IMAGES
from voice_constructs.access import allow
from voice_constructs.images import repository_name

GITHUB = "token.actions.githubusercontent.com"
LONGEST_DEPLOY = Duration.hours(4)  # media nodes empty before they are replaced, for up to an hour, zone by zone


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
        role: May push images, run the CDK's own roles, see what `voicectl deploy` looks at, and go back to a task
            definition that ran before. It may read no secret.
    """

    def __init__(self, scope: Construct, id_: str, *, prefix: str, environment: str, delivery: Delivery) -> None:
        """Trust one repository's workflows in one GitHub environment.

        Args:
            environment: Name of the environment, here and on GitHub.
        """
        super().__init__(scope, id_)
        self._prefix, self._environment = prefix, environment
        claim = f"repo:{delivery.repository}:environment:{environment}"
        self.role = iam.Role(
            self,
            "Role",
            role_name=f"{prefix}-deploy",
            description=f"GitHub Actions of {delivery.repository}, environment {environment}",
            max_session_duration=LONGEST_DEPLOY,
            assumed_by=iam.WebIdentityPrincipal(
                self._provider(delivery),
                {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": claim}},
            ),
        )
        for allowed in (self._deploys, self._looking, self._going_back, self._pushes, self._copies):
            allowed()

    def _provider(self, delivery: Delivery) -> str:
        """AWS allows one provider for GitHub in an account."""
        if delivery.oidc_provider == "create":
            provider = iam.CfnOIDCProvider(
                self, "Provider", url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"]
            )
            return provider.attr_arn
        return Stack.of(self).format_arn(service="iam", region="", resource="oidc-provider", resource_name=GITHUB)

    def _deploys(self) -> None:
        role = Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name="cdk-hnb659fds-*")
        allow(
            self.role,
            actions=["sts:AssumeRole"],
            resources=[role],
            reason="the roles that cdk bootstrap made in this account; their names end in account and region",
        )

    def _looking(self) -> None:
        """What `voicectl deploy` asks before it changes anything, in every region of the environment."""
        stacks = self._everywhere("cloudformation", "stack", f"{self._prefix}-*/*")
        allow(
            self.role,
            actions=["cloudformation:DescribeStacks", "cloudformation:ListStackResources"],
            resources=[stacks],
            reason="the environment's own stacks, in each of its regions",
        )
        version = self._everywhere("ssm", "parameter", "cdk-bootstrap/hnb659fds/version")
        allow(self.role, actions=["ssm:GetParameter"], resources=[version], reason="in each of its regions")
        record = f"{self._prefix}/before-last-deploy"
        allow(
            self.role,
            actions=["ssm:GetParameter", "ssm:PutParameter"],
            resources=[Stack.of(self).format_arn(service="ssm", resource="parameter", resource_name=record)],
        )
        secrets = self._everywhere("secretsmanager", "secret", f"voiceplane/{self._environment}/*", colon=True)
        allow(
            self.role,
            actions=["secretsmanager:DescribeSecret"],
            resources=[secrets],
            reason="whether its secrets have a value, never which",
        )
        allow(
            self.role,
            actions=["iam:ListOpenIDConnectProviders"],
            resources=["*"],
            reason="ListOpenIDConnectProviders knows no resources",
        )

    def _going_back(self) -> None:
        """What `voicectl rollback` does: the services' earlier task definitions, registered again."""
        allow(
            self.role,
            actions=["ecs:DescribeServices", "ecs:UpdateService"],
            resources=[self._everywhere("ecs", "service", f"{self._prefix}-*/*")],
            reason="the services of the environment's clusters, in each of its regions",
        )
        allow(
            self.role,
            actions=[
                "ecs:DescribeTaskDefinition",
                "ecs:ListServices",
                "ecs:ListTaskDefinitions",
                "ecs:RegisterTaskDefinition",
            ],
            resources=["*"],
            reason="reading task definitions and listing know no resources; what is registered runs by PassRole only",
        )
        allow(
            self.role,
            actions=["iam:PassRole"],
            resources=[
                Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name=f"{self._prefix}-*")
            ],
            reason="the roles of the environment's own tasks, whose names CloudFormation makes",
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        )

    def _everywhere(self, service: str, resource: str, name: str, *, colon: bool = False) -> str:
        """The ARN of resources in the home region and in further ones."""
        separator = ArnFormat.COLON_RESOURCE_NAME if colon else ArnFormat.SLASH_RESOURCE_NAME
        return Stack.of(self).format_arn(
            service=service, region="*", resource=resource, resource_name=name, arn_format=separator
        )

    def _copies(self) -> None:
        """An image is copied from the environment where it was tried."""
        repositories = self._everywhere("ecr", "repository", "voiceplane-*")
        allow(
            self.role,
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repositories],
            reason="the repositories of the account's other environments, to read",
        )

    def _pushes(self) -> None:
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
