"""Services on ECS, and the load balancers before them.

Missing data: a service that says nothing is `TasksMissing`'s, once; a load balancer and EventBridge count only what
happens, so that no data is none. The count of healthy targets is always there, so that its silence is no target.
"""

from typing import Final

from contract import aws_metrics as aws
from contract.services import AGENT, API, LIVEKIT, WEBSOCKET
from voice_constructs.alarms.rule import AlarmRule, Composite

DEPLOYMENT_RUNNING: Final = "DeploymentRunning"
SERVING: Final = (LIVEKIT.name, AGENT.name, API.name, WEBSOCKET.name)  # a busy Celery pool or recorder is no fault
UNMEASURED: Final = (LIVEKIT.name,)  # it has a node to itself: percent of its small reservation say nothing


def service_rules(service: str, *, floor: int) -> tuple[AlarmRule, ...]:
    """What is watched of an ECS service.

    Args:
        service: Its name.
        floor: The fewest tasks that any profile allows; a service that may sleep has none to miss.
    """
    return (
        *(_running_rules(floor) if floor else ()),
        *(CPU if service in SERVING else ()),
        *(MEMORY if service not in UNMEASURED else ()),
    )


def _running_rules(floor: int) -> tuple[AlarmRule, ...]:
    # Container Insights is a minute or two late; beat is gone for a minute when it is deployed.
    return (
        AlarmRule("TasksMissing", aws.SERVICE_RUNNING, "Minimum", "<", floor, 5, "breaching", "critical",
                  "fewer tasks run than this service may ever have"),
    )  # fmt: skip


# A task over its memory is killed by ECS, with every call in it; the largest one counts.
MEMORY: Final = (
    AlarmRule("ServiceMemory", aws.SERVICE_MEMORY, "Maximum", ">", 90, 5, "notBreaching", "warning",
              "a task uses more than 90 % of its memory; ECS kills it at 100 %"),
)  # fmt: skip
# Scaling adds tasks at 60 to 75 %, so ten minutes over 90 % mean that it could not.
CPU: Final = (
    AlarmRule("ServiceCpu", aws.SERVICE_CPU, "Average", ">", 90, 10, "notBreaching", "warning",
              "the service's CPU is full although it scales"),
)  # fmt: skip

ROUTE: Final = (
    AlarmRule("ServerErrors", aws.ALB_SERVER_ERRORS, "Sum", ">", 5, 3, "notBreaching", "critical",
              "more than 5 % of the answers are server errors", share_of=aws.ALB_REQUESTS, at_least=20),
    AlarmRule("WithoutTargets", aws.ALB_HEALTHY, "Minimum", "<", 1, 2, "breaching", "critical",
              "no task behind the load balancer is healthy: nobody is served", page="ServerErrors"),
    AlarmRule("BalancerErrors", aws.ALB_OWN_ERRORS, "Sum", ">", 10, 3, "notBreaching", "critical",
              "the load balancer itself answers 5xx: no task took the request", page="ServerErrors"),
    AlarmRule("ConnectionsRejected", aws.ALB_REJECTED, "Sum", ">", 0, 3, "notBreaching", "warning",
              "the load balancer has refused connections at its limit"),
    AlarmRule("TargetsUnhealthy", aws.ALB_UNHEALTHY, "Maximum", ">", 0, 5, "notBreaching", "warning",
              "a task does not answer its load balancer", page="RouteUnstable", tells=False),
)  # fmt: skip


def answering_rules(*, slow_seconds: float) -> tuple[AlarmRule, ...]:
    """A route whose requests are answered at once, not kept open for a call.

    Args:
        slow_seconds: At which scaling adds tasks; twice of it means that they did not help.
    """
    return (
        AlarmRule("AnswersSlow", aws.ALB_RESPONSE_TIME, "p95", ">", 2 * slow_seconds, 5, "notBreaching", "warning",
                  "answers take twice as long as scaling allows", page="RouteUnstable", tells=False),
    )  # fmt: skip


# What replaces tasks on purpose makes them unhealthy for a moment; what callers feel of it is told all the same.
ROUTE_TOGETHER: Final = (
    Composite("RouteUnstable", ("TargetsUnhealthy",), "warning",
              "a task does not answer its load balancer, and nothing is being deployed", unless=DEPLOYMENT_RUNNING),
)  # fmt: skip
ANSWERING_TOGETHER: Final = (
    Composite("RouteUnstable", ("TargetsUnhealthy", "AnswersSlow"), "warning",
              "a task does not answer its load balancer, or slowly, and nothing is being deployed",
              unless=DEPLOYMENT_RUNNING),
)  # fmt: skip

# By name: ECS's detail-type and event names, and the row that counts what EventBridge saw of them.
EVENTS: Final = (
    (
        "ECS Deployment State Change",
        ("SERVICE_DEPLOYMENT_FAILED",),
        AlarmRule("DeploymentFailed", aws.RULE_TRIGGERED, "Sum", ">=", 1, 1, "notBreaching", "critical",
                  "a deployment failed and the circuit breaker rolls it back"),
    ),
    (
        "ECS Service Action",
        ("SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_TASK_CONFIGURATION_FAILURE"),
        AlarmRule("TasksImpaired", aws.RULE_TRIGGERED, "Sum", ">=", 1, 1, "notBreaching", "critical",
                  "a service cannot start or place its tasks", page="DeploymentFailed"),
    ),
    # One service's deployment takes some ten minutes; ECS tells when it begins, and each began one keeps it on.
    (
        "ECS Deployment State Change",
        ("SERVICE_DEPLOYMENT_IN_PROGRESS",),
        AlarmRule(DEPLOYMENT_RUNNING, aws.RULE_MATCHED, "Sum", ">=", 1, 15, "notBreaching", "warning",
                  "a deployment began in the last quarter of an hour; it only quiets RouteUnstable",
                  datapoints=1, page="RouteUnstable", tells=False),
    ),
)  # fmt: skip
