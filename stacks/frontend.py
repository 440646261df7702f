"""FRONTEND: the call console on Amplify. Ships by a push to its branch, without any of the others."""

from constructs import Construct

from config.schema import Environment
from stacks.data import DataStack
from voice_constructs.frontend import CallConsole
from voice_constructs.platform_stack import PlatformStack


class FrontendStack(PlatformStack):
    """The page that people call from."""

    @classmethod
    def optional(cls, scope: Construct, environment: Environment, *, data: DataStack) -> "FrontendStack | None":
        """The stack, if the environment wants the page."""
        return cls(scope, environment, data=data) if environment.frontend.enabled else None

    def __init__(self, scope: Construct, environment: Environment, *, data: DataStack) -> None:
        """Build it from Git."""
        super().__init__(scope, "frontend", environment=environment)
        frontend = environment.frontend
        CallConsole(
            self,
            "Console",
            name=self.prefix,
            frontend=frontend,
            repository=frontend.repository or f"https://github.com/{environment.delivery.repository}",
            domain=environment.domain.name,
            token=data.secrets.github,
            variables={
                "VITE_ENVIRONMENT": environment.name,
                "VITE_API_URL": f"https://{self.host('api')}",
                "VITE_PIPELINES": ",".join(environment.agent.pipelines),
            },
        )
