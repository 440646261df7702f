"""Why a session's pipeline cannot be had here; each is an `agent.errors.PipelineUnavailable`.

PipelineUnavailable
├── UnknownPipeline         no pipeline of this release has the name: the caller's mistake
├── PipelineNotEnabled      it exists, and this environment does not offer it: the caller's, or the file's
├── PipelineIncomplete      it is offered, and a key or an address is missing: the operator's
└── LanguageNotSpoken       it does not speak the session's language: choose another
"""

from agent.errors import PipelineUnavailable


class UnknownPipeline(PipelineUnavailable):
    """No pipeline of this release has the name."""


class PipelineNotEnabled(PipelineUnavailable):
    """This environment does not offer it."""


class PipelineIncomplete(PipelineUnavailable):
    """It is offered without a key or an address that it needs."""


class LanguageNotSpoken(PipelineUnavailable):
    """Its models do not know the session's language."""
