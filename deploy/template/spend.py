"""The monthly budget. A CloudWatch alarm would need the metrics of AWS/Billing, which are in us-east-1 only.

It covers the whole account. AWS charges nothing for the first two budgets.
https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
"""

from typing import Any

from deploy.template.alarm import TOPIC

_CONDITION = "HasMonthlyBudget"
_POLICY = "AlarmsPolicy"


def add_budget(template: dict[str, Any]) -> None:
    """Add the budget, if a sum is given, and the right of AWS's services to publish to the topic of alarms."""
    resources = template["Resources"]
    resources[_POLICY] = _topic_policy()
    resources["MonthlyBudgetAlert"] = {
        "Type": "AWS::Budgets::Budget",
        "Condition": _CONDITION,
        # AWS Budgets publishes nothing to a topic whose policy does not allow it.
        "DependsOn": _POLICY,
        "Properties": {
            "Budget": {
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"},
            },
            "NotificationsWithSubscribers": [_notification("ACTUAL", 80), _notification("FORECASTED", 100)],
        },
    }


def _notification(kind: str, percent: int) -> dict[str, Any]:
    return {
        "Notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        },
        "Subscribers": [{"SubscriptionType": "SNS", "Address": {"Ref": TOPIC}}],
    }


def _topic_policy() -> dict[str, Any]:
    """Return the policy of the topic. It replaces the default one, so it names CloudWatch too."""
    statement = {
        "Sid": "Alert",
        "Effect": "Allow",
        "Principal": {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
        "Action": "sns:Publish",
        "Resource": {"Ref": TOPIC},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": TOPIC}], "PolicyDocument": document}}
