"""Who recognises, answers and speaks in a call?"""

from agent.pipelines.build import build
from agent.pipelines.failure import kind_of_failure
from agent.pipelines.pipeline import Pipeline
from agent.pipelines.preload import PRELOAD, preload

__all__ = ["PRELOAD", "Pipeline", "build", "kind_of_failure", "preload"]
