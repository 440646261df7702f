"""What a process records is what Prometheus sees and what CloudWatch is given, name, unit and dimensions included."""

import pytest

from contract.metrics import (
    ENVIRONMENT,
    JOB_DURATION,
    JOBS_FAILED,
    JOBS_REJECTED,
    METRICS,
    POOL,
    PROTECTION_REFUSED,
    PROVIDER_ERRORS,
    QUEUE_DEPTH,
    SESSIONS_ACTIVE,
    TURN_LATENCY,
    Kind,
    Metric,
)
from runtime.kit.metrics import Recorder, Sample, label_names


@pytest.fixture
def recorder() -> Recorder:
    """A process of production's."""
    return Recorder("prod")


def test_a_gauge_is_given_with_its_present_value(recorder: Recorder) -> None:
    """It goes on being published while nothing changes: silence is not idleness."""
    recorder.set(QUEUE_DEPTH, 7, pool="voice", stage="mp4")
    recorder.set(QUEUE_DEPTH, 3, pool="voice", stage="mp4")

    assert recorder.take() == [Sample(QUEUE_DEPTH, ((ENVIRONMENT, "prod"), (POOL, "voice")), (3,))]
    assert recorder.take() == [Sample(QUEUE_DEPTH, ((ENVIRONMENT, "prod"), (POOL, "voice")), (3,))]


def test_a_gauge_that_is_forgotten_is_published_no_more(recorder: Recorder) -> None:
    """Its neighbour does not answer: nobody knows the value."""
    recorder.set(SESSIONS_ACTIVE, 2, provider="local", language="en")

    recorder.forget_all(SESSIONS_ACTIVE)

    assert recorder.take() == []


def test_a_counter_is_given_as_its_growth(recorder: Recorder) -> None:
    """CloudWatch sums; a total would be summed again and again."""
    recorder.add(JOBS_REJECTED)
    recorder.add(JOBS_REJECTED, 2)

    assert [sample.values for sample in (*recorder.take(), *recorder.take())] == [(3,), (0,)]


def test_a_publishers_counters_are_given_as_zero() -> None:
    """An alarm on errors needs to see that there were none."""
    recorder = Recorder("prod", publisher="celery", dimensions={POOL: ["data"]})

    zeros = {(sample.metric, sample.dimensions): sample.values for sample in recorder.take()}

    assert zeros[JOBS_FAILED, ((ENVIRONMENT, "prod"), (POOL, "data"))] == (0,)
    assert PROTECTION_REFUSED not in {metric for metric, _ in zeros}


def test_a_histogram_is_given_value_by_value_once(recorder: Recorder) -> None:
    """CloudWatch computes percentiles only from values."""
    recorder.observe(TURN_LATENCY, 0.4, provider="local")
    recorder.observe(TURN_LATENCY, 0.9, provider="openai")

    assert recorder.take() == [Sample(TURN_LATENCY, ((ENVIRONMENT, "prod"),), (0.4, 0.9))]
    assert recorder.take() == []


def test_what_could_not_be_published_is_kept(recorder: Recorder) -> None:
    """CloudWatch throttles; an error that is not counted is an alarm that is not raised."""
    recorder.add(JOBS_REJECTED, 2)
    recorder.observe(TURN_LATENCY, 0.4, provider="local")
    taken = recorder.take()
    recorder.add(JOBS_REJECTED)
    recorder.observe(TURN_LATENCY, 0.5, provider="local")

    recorder.give_back(taken)

    assert {sample.metric.name: sorted(sample.values) for sample in recorder.take()} == {
        "JobsRejected": [3],
        "TurnLatency": [0.4, 0.5],
    }


def test_a_dimension_that_is_not_told_is_a_mistake(recorder: Recorder) -> None:
    """A metric without its dimension is another metric, which nobody reads."""
    with pytest.raises(KeyError):
        recorder.add(PROVIDER_ERRORS, error_type="429")


def test_prometheus_sees_the_seeds_names(recorder: Recorder) -> None:
    """Both seeds' dashboards work unchanged."""
    recorder.set(SESSIONS_ACTIVE, 4, provider="local", language="en")
    recorder.add(PROVIDER_ERRORS, provider="openai", error_type="429")
    recorder.observe(JOB_DURATION, 2.5, pool="voice", stage="mp4")

    lines = recorder.exposition().decode().splitlines()

    assert 'voice_sessions_active{language="en",provider="local"} 4.0' in lines
    assert 'voice_agent_active_sessions_total{language="en",provider="local"} 4.0' in lines
    assert 'voice_provider_errors_total{error_type="429",provider="openai"} 1.0' in lines
    assert 'voice_pipeline_job_duration_seconds_bucket{le="5.0",pool="voice",stage="mp4"} 1.0' in lines


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_can_be_recorded(recorder: Recorder, metric: Metric) -> None:
    """A name that Prometheus refuses would stop a process at its first value."""
    labels = dict.fromkeys(label_names(metric), "some")
    method = {Kind.GAUGE: "set", Kind.COUNTER: "add", Kind.HISTOGRAM: "observe"}[metric.kind]
    getattr(recorder, method)(metric, 1.5, **labels)

    [sample] = recorder.take()
    assert sample.metric is metric
    assert [name for name, _ in sample.dimensions] == list(metric.dimensions)
    assert metric.prometheus in recorder.exposition().decode()
