"""What can be wrong with an environment file.

ConfigError                    anything below; its text is the one message to show
├── EnvironmentNotFound        no such file, or one that cannot be read
├── FileMalformed              it is not TOML in UTF-8
└── FileFaulty                 a key is unknown, missing or has a value that is not allowed
    ├── SchemaFaulty           seen in one key alone
    └── RuleBroken             seen only beside other keys
"""


class ConfigError(Exception):
    """An environment file cannot be used; catch it where a person started the program.

    Attributes:
        key: The dotted key that is named, empty when the whole file is meant.
    """

    def __init__(self, message: str, *, key: str = "") -> None:
        """Keep the one message, `file: key is value; what is allowed; what to do`."""
        super().__init__(message)
        self.key = key


class EnvironmentNotFound(ConfigError):
    """There is no such file, or the system does not let us read it; catch it to offer other names."""


class FileMalformed(ConfigError):
    """The file is not TOML in UTF-8; catch it to open an editor at the line."""


class FileFaulty(ConfigError):
    """A value is at fault; catch it to point at `key`."""


class SchemaFaulty(FileFaulty):
    """A key is unknown, missing, of the wrong type or out of range; catch it like `FileFaulty`."""


class RuleBroken(FileFaulty):
    """Keys contradict each other or what AWS and LiveKit can do; catch it like `FileFaulty`."""
