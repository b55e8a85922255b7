from typing import Any

from tests.deploy import packaged

RESOURCES: dict[str, dict[str, Any]] = packaged.template()["Resources"]


def test_budget_alerts_at_80_percent_and_at_a_forecast_above_it_only_if_a_sum_is_given() -> None:
    alert = RESOURCES["MonthlyBudgetAlert"]
    assert (alert["Condition"], alert["DependsOn"]) == ("HasMonthlyBudget", "AlarmsPolicy")
    assert alert["Properties"]["Budget"]["BudgetLimit"] == {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"}
    sent = [each["Notification"] for each in alert["Properties"]["NotificationsWithSubscribers"]]
    assert [(each["NotificationType"], each["Threshold"]) for each in sent] == [("ACTUAL", 80), ("FORECASTED", 100)]


def test_only_services_of_this_account_publish_alarms() -> None:
    (statement,) = RESOURCES["AlarmsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
