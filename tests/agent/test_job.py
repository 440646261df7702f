"""What a job is, from the words that it was dispatched with."""

from agent.job import kind_of
from contract.session import SessionMetadata
from runtime.kit.fleet import CallKind


def test_a_job_is_counted_by_pipeline_and_language() -> None:
    """Of its dispatch: the server has no other word of it while the job's own process holds the call."""
    metadata = SessionMetadata(
        session_id="vs_1", simulation_service="local", language="de", callback_token="a-token-of-the-tests"
    )

    assert kind_of(metadata.model_dump_json()) == CallKind("local", "de")


def test_a_job_of_broken_metadata_has_no_kind() -> None:
    """It is refused in a moment, and must not stop the task from telling how full it is."""
    assert kind_of("{") is None
