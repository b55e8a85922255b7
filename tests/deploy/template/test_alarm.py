from deploy.template.alarm import Alarm, Metric, Rule, resource

CLICKS = Metric({"Ref": "AWS::StackName"}, "Clicks", {"Door": "HTTP"}, "Maximum")


def test_alarm_is_a_resource_with_all_its_settings() -> None:
    rule = Rule(7, 60, 5, 3, "LessThanThreshold", "breaching")
    alarm = resource(Alarm("FewClicksAlarm", "Few clicks", "There are few clicks.", CLICKS, rule, "HasClicks"))
    assert alarm == {
        "Type": "AWS::CloudWatch::Alarm",
        "Condition": "HasClicks",
        "Properties": {
            "AlarmDescription": "There are few clicks. See Few clicks in docs/runbook.md.",
            "Namespace": {"Ref": "AWS::StackName"},
            "MetricName": "Clicks",
            "Dimensions": [{"Name": "Door", "Value": "HTTP"}],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 5,
            "DatapointsToAlarm": 3,
            "Threshold": 7,
            "ComparisonOperator": "LessThanThreshold",
            "TreatMissingData": "breaching",
            "AlarmActions": [{"Ref": "Alarms"}],
            "OKActions": [{"Ref": "Alarms"}],
        },
    }


def test_percentile_of_few_calls_is_ignored() -> None:
    properties = resource(Alarm("A", "B", "C.", Metric("AWS/ApiGateway", "Latency", {}, "p99")))["Properties"]
    assert (properties["ExtendedStatistic"], properties["EvaluateLowSampleCountPercentile"]) == ("p99", "ignore")
    assert "Statistic" not in properties
