"""Who is told, how long logs stay, what may be spent, and who may deploy."""

from typing import Literal

from pydantic import Field

from config.sections.section import Section


class Operations(Section):
    """Alarms, logs and the budget."""

    alarm_email: str = Field(pattern=r"^[!-?A-~]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", examples=["oncall@example.com"])
    """Who is told; must confirm the subscription once."""
    log_days: int = 90
    """How long logs are kept, days; a period that CloudWatch offers."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Of our own processes."""
    monthly_budget_usd: int = Field(ge=1, le=10_000_000, examples=[1500])
    """AWS cost of this environment per month; told at 85 % and 100 %, US dollars."""
    sentry: bool = False
    """Report errors to Sentry; its DSN must be in the secret."""
    posthog: bool = False
    """Report product events to PostHog; its key must be in the secret."""


class Delivery(Section):
    """Where images come from, and which pipeline may deploy."""

    repository: str = Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", examples=["example/voiceplane"])
    """GitHub's owner/name; only its workflows may assume the deploy role."""
    oidc_provider: Literal["create", "existing"] = "existing"
    """AWS allows one GitHub provider per account: let one environment create it."""
    image_tags: dict[str, str] = Field(default_factory=dict)
    """An image's tag or digest instead of sha- and the commit, by image name."""
    keep_images: int = Field(50, ge=5, le=1000)
    """Images kept per repository."""
