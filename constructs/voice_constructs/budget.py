"""What an environment may cost per month, and who is told before it does."""

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

from voice_constructs.alarms.rule import runbook_of

TOLD_AT_PERCENT = (85, 100)  # seed S185: told before it is spent
RUNBOOK = runbook_of("CostBudget")  # its mails are AWS's own and name no page


class MonthlyBudget(Construct):
    """AWS cost of the resources that carry this environment's tag."""

    def __init__(self, scope: Construct, id_: str, *, name: str, environment: str, usd: int, topic: sns.ITopic) -> None:
        """Watch it.

        Args:
            usd: US dollars per month; the tag must be activated for cost allocation once.
        """
        super().__init__(scope, id_)
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=name,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:voiceplane:environment${environment}"]},
            ),
            notifications_with_subscribers=[_notice(percent, topic) for percent in TOLD_AT_PERCENT],
        )


def _notice(percent: int, topic: sns.ITopic) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            comparison_operator="GREATER_THAN", notification_type="ACTUAL", threshold=percent
        ),
        subscribers=[budgets.CfnBudget.SubscriberProperty(address=topic.topic_arn, subscription_type="SNS")],
    )
