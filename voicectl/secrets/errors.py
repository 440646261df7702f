"""What can go wrong with an environment's secrets; no message ever has a value in it.

SecretsError
├── AccountSilent      AWS cannot be asked, or refuses
├── ValueRefused       what a person gave does not have the shape that its readers need
└── RotationRefused    the key cannot be rotated from where it stands
"""


class SecretsError(Exception):
    """Any of the below: the command prints it and exits with 2."""


class AccountSilent(SecretsError):
    """Says what AWS said, and how to sign in."""


class ValueRefused(SecretsError):
    """Names the secret and the field, and what is wrong with them."""


class RotationRefused(SecretsError):
    """Says how it stands, and what to do first."""
