"""Logs: one JSON object a line on standard output, the same from our code and from libraries.

What a caller said, a name or a key never goes into a log; `session_id` is bound where a call is handled.
"""

import logging
import sys
import threading
from types import TracebackType

import structlog

from contract.environment import ProcessEnv
from runtime.kit.trace import trace, without_quotes

# A line for every request; when they say more, also its body, its headers and the ticket in its address.
QUIET = ("botocore", "boto3", "urllib3", "httpx", "httpx2", "httpcore", "s3transfer", "openai", "websockets", "uvicorn")


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
            foreign_pre_chain=[_without_words, *shared],
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(trace),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(environment.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _end_of_process
    threading.excepthook = _end_of_thread


def _without_words(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's line repeats the message of what was raised, as an argument or while it handles it.

    With a trace only its first line is kept: what follows tells the trace again (celery), or the exception (asyncio).
    """
    arguments = event.pop("positional_args", None) or ()
    values = arguments.values() if isinstance(arguments, dict) else arguments
    raised = _raised(event.get("exc_info"))
    about = (*raised, *_raised(sys.exc_info()), *(each for each in values if isinstance(each, BaseException)))
    said = without_quotes(str(event["event"]), about)
    return {**event, "event": said.partition("\n")[0] if raised else said}


def _raised(exc_info: object) -> tuple[BaseException, ...]:
    parts = exc_info if isinstance(exc_info, tuple) else (exc_info,)
    return tuple(part for part in parts if isinstance(part, BaseException))


def _end_of_process(kind: type[BaseException], error: BaseException, stack: TracebackType | None) -> None:
    """What nobody caught; Python would write its message to standard error."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, stack)
    else:
        logging.getLogger(__name__).critical("not caught", exc_info=(kind, error, stack))


def _end_of_thread(ended: threading.ExceptHookArgs) -> None:
    """The same in a thread, which may end with SystemExit without a word."""
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        _end_of_process(ended.exc_type, ended.exc_value, ended.exc_traceback)


def _whose(environment: ProcessEnv) -> structlog.typing.Processor:
    """Which copy of which service says it."""
    told = {"service": environment.service, "environment": environment.environment, "release": environment.release}

    def add(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**told, **event}

    return add
