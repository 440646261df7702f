"""The call console on Amplify: built from Git, told where the API is."""

from collections.abc import Mapping

from aws_cdk import aws_amplify as amplify
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.sections.web import Frontend

ROOT = "frontend"
MONOREPO = {"AMPLIFY_MONOREPO_APP_ROOT": ROOT}  # else Amplify looks for the page in the repository's root
BUILD = f"""\
version: 1
applications:
  - appRoot: {ROOT}
    frontend:
      phases:
        preBuild:
          commands:
            - npm ci
        build:
          commands:
            - npm run build
      artifacts:
        baseDirectory: dist
        files:
          - '**/*'
      cache:
        paths:
          - node_modules/**/*
"""


class CallConsole(Construct):
    """An Amplify app with the one branch of this environment, under its own name.

    Attributes:
        app: The Amplify app.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        frontend: Frontend,
        repository: str,
        domain: str,
        token: secretsmanager.ISecret,
        variables: Mapping[str, str],
    ) -> None:
        """Make the app.

        Args:
            repository: URL of the Git repository that Amplify builds from.
            domain: The environment's domain; the page is at the subdomain of it.
            token: A GitHub token for Amplify's GitHub App; used once, when the app is made.
            variables: What the build is told; all of it becomes public with the page.
        """
        super().__init__(scope, id_)
        self.app = self._app(name, repository=repository, token=token, variables=variables)
        self._publish(frontend, domain=domain)

    def _app(
        self, name: str, *, repository: str, token: secretsmanager.ISecret, variables: Mapping[str, str]
    ) -> amplify.CfnApp:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("amplify.amazonaws.com"))
        return amplify.CfnApp(
            self,
            "App",
            name=name,
            repository=repository,
            access_token=token.secret_value.unsafe_unwrap(),  # a dynamic reference, not the value
            iam_service_role=role.role_arn,
            build_spec=BUILD,
            custom_rules=[_single_page()],
            environment_variables=[_variable(key, value) for key, value in sorted({**MONOREPO, **variables}.items())],
        )

    def _publish(self, frontend: Frontend, *, domain: str) -> None:
        """Build the branch, and give the page its name."""
        branch = amplify.CfnBranch(
            self, "Branch", app_id=self.app.attr_app_id, branch_name=frontend.branch, enable_auto_build=True
        )
        amplify.CfnDomain(
            self,
            "Domain",
            app_id=self.app.attr_app_id,
            domain_name=domain,
            sub_domain_settings=[
                amplify.CfnDomain.SubDomainSettingProperty(
                    branch_name=branch.attr_branch_name, prefix=frontend.subdomain
                )
            ],
        )


def _variable(name: str, value: str) -> amplify.CfnApp.EnvironmentVariableProperty:
    return amplify.CfnApp.EnvironmentVariableProperty(name=name, value=value)


def _single_page() -> amplify.CfnApp.CustomRuleProperty:
    """Any path that is no file is the page's own."""
    source = r"</^[^.]+$|\.(?!(css|gif|ico|jpg|js|json|png|svg|txt|woff2)$)([^.]+$)/>"
    return amplify.CfnApp.CustomRuleProperty(source=source, target="/index.html", status="200")
