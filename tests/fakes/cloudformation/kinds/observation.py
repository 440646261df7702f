"""What people look at: alarms, dashboards, logs, budgets."""

import json

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _dashboard(dashboard: Resource) -> Properties:
    try:
        widgets = json.loads(dashboard.properties["DashboardBody"])["widgets"]
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceRefused(f"the dashboard's body is no JSON with widgets: {error}") from error
    dashboard.more["widgets"] = len(widgets)
    return dict(dashboard.properties)


def _retain(group: Resource) -> None:
    if "RetentionInDays" in group.properties:
        group.call("put_retention_policy", logGroupName=group.name, retentionInDays=group.properties["RetentionInDays"])


def _budget(budget: Resource) -> Properties:
    inner = budget.properties["Budget"]
    budget.name = inner.setdefault("BudgetName", f"{budget.home.stack}-{budget.logical_resource_id}"[:100])
    return {"AccountId": budget.home.account, **budget.properties}


KINDS = {
    "AWS::CloudWatch::Alarm": Kind(
        service="cloudwatch",
        create="put_metric_alarm",
        attributes={"Arn": "join(':', ['arn:aws:cloudwatch', region, account, 'alarm', name])"},
        name="AlarmName",
        name_limit=255,
    ),
    "AWS::CloudWatch::CompositeAlarm": Kind(
        service="cloudwatch",
        create="put_composite_alarm",
        attributes={"Arn": "join(':', ['arn:aws:cloudwatch', region, account, 'alarm', name])"},
        name="AlarmName",
        name_limit=255,
    ),
    "AWS::CloudWatch::Dashboard": Kind(
        service="cloudwatch",
        create="put_dashboard",
        name="DashboardName",
        prepare=_dashboard,
    ),
    "AWS::Logs::LogGroup": Kind(
        service="logs",
        create="create_log_group",
        attributes={"Arn": "join(':', ['arn:aws:logs', region, account, 'log-group', name, '*'])"},
        name="LogGroupName",
        later=frozenset({"RetentionInDays"}),
        then=_retain,
    ),
    "AWS::Logs::MetricFilter": Kind(service="logs", create="put_metric_filter", name="FilterName"),
    "AWS::Logs::ResourcePolicy": Kind(
        service="logs", create="put_resource_policy", name="PolicyName", attributes={"PolicyName": "name"}
    ),
    "AWS::Budgets::Budget": Kind(service="budgets", create="create_budget", prepare=_budget),
}
