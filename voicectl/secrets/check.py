"""Whether every secret of an environment has a value of the right shape; the values are never shown."""

from voicectl.doctor.finding import Finding, judge
from voicectl.review.templates import Assembly
from voicectl.secrets.expected import Expected, expected_secrets, faults
from voicectl.secrets.store import signed_in, value_of


def check(assembly: Assembly, *, environment: str) -> list[Finding]:
    """Look at every secret.

    Raises:
        AccountSilent: AWS cannot be asked.
    """
    with signed_in():
        return [_look(each, environment=environment) for each in expected_secrets(assembly)]


def _look(expected: Expected, *, environment: str) -> Finding:
    text = value_of(expected.name, expected.region)
    if text is None:
        made = f"make deploy ENV={environment} STEP=foundations"
        written = f"voicectl secrets init --env {environment}"
        return judge(expected.name, False, "no value", fix=made if expected.is_generated else written)
    wrong = faults(expected, text)
    found = "; ".join(f"{field} {fault}".strip() for field, fault in wrong.items())
    return judge(expected.name, not wrong, found or "well-formed", fix=_fix(expected, environment))


def _fix(expected: Expected, environment: str) -> str:
    if expected.is_keys:
        return f"voicectl secrets rotate --env {environment}"
    if expected.is_generated:
        return f"aws secretsmanager get-random-password, then put-secret-value --secret-id {expected.name}"
    return f"voicectl secrets init --env {environment}"
