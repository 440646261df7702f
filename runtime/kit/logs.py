"""Logs: one JSON object a line on standard output, the same from our code and from libraries.

What a caller said, a name or a key never goes into a log; `session_id` is bound where a call is handled.
"""

import logging
import sys

import structlog

from contract.environment import ProcessEnv

QUIET = ("botocore", "boto3", "urllib3", "httpx", "httpx2", "httpcore", "s3transfer")  # a line for every request


def configure(environment: ProcessEnv) -> None:
    """Send everything that this process logs to standard output, with the service, environment and release.

    Bind what belongs to one call with `structlog.contextvars.bound_contextvars(session_id=…)`.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _whose(environment),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(environment.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _whose(environment: ProcessEnv) -> structlog.typing.Processor:
    """Which copy of which service says it."""
    told = {"service": environment.service, "environment": environment.environment, "release": environment.release}

    def add(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**told, **event}

    return add
