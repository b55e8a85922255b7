"""Rules on alarms, and on the deployments that they end."""

from collections.abc import Iterator

from deploy.rules.stack import Finding, Stack

ALARM = "AWS::CloudWatch::Alarm"
_REDIRECT = "Redirect"
_DAY, _HOUR, _WEEK = 86_400, 3600, 604_800
_ROLL_BACK = "DEPLOYMENT_STOP_ON_ALARM"


_OF_THE_ACCOUNT = {("AWS/Lambda", "ConcurrentExecutions")}
"""Metrics that exist for the whole account and region, without a dimension.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html"""


def actions(stack: Stack) -> Iterator[Finding]:
    """Report an alarm that notifies nobody.

    An alarm without actions changes its colour in the console and does nothing else.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """
    for name, alarm in stack.of_type(ALARM, "AWS::CloudWatch::CompositeAlarm").items():
        if not alarm.get("AlarmActions") or alarm.get("ActionsEnabled") in {False, "false"}:
            yield Finding(name, "it has no AlarmActions, or they are not enabled")


def evaluated_time(stack: Stack) -> Iterator[Finding]:
    """Report an alarm that looks back for longer than CloudWatch allows.

    Periods times their length are at most a day, or seven days if the period is an hour or longer.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    for name, alarm in stack.of_type(ALARM).items():
        period = int(alarm.get("Period", 60))
        most = _WEEK if period >= _HOUR else _DAY
        if period * int(alarm["EvaluationPeriods"]) > most:
            yield Finding(name, f"Period times EvaluationPeriods is more than {most:,} s")


def dimensions_exist(stack: Stack) -> Iterator[Finding]:
    """Report an alarm on a metric of a service without a dimension of this stack: it would watch nothing, or all.

    CloudWatch treats each combination of dimensions as a metric of its own.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
    """
    for name, alarm in stack.of_type(ALARM).items():
        namespace = str(alarm.get("Namespace", ""))
        if (namespace, alarm.get("MetricName")) in _OF_THE_ACCOUNT:
            continue
        if namespace in {"AWS/SQS", "AWS/Lambda", "AWS/DynamoDB"} and not alarm.get("Dimensions"):
            yield Finding(name, f"a metric of {namespace} needs a dimension")


def canary(stack: Stack) -> Iterator[Finding]:
    """Report a redirect whose new versions take all traffic at once, or keep it in spite of alarms.

    CodeDeploy shifts the traffic back if one of the alarms of the deployment is triggered.
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
    """
    for name, alias in stack.of_type("AWS::Lambda::Alias").items():
        if stack.function_of(alias["FunctionName"]) != _REDIRECT:
            continue
        policy = stack.resources[name].get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate", {})
        group = stack.resource_of(policy.get("DeploymentGroupName"), "AWS::CodeDeploy::DeploymentGroup")
        if group is None:
            yield Finding(name, "its UpdatePolicy must name a CodeDeploy deployment group")
            continue
        properties = stack.resources[group]["Properties"]
        watched = properties.get("AlarmConfiguration", {})
        if not (watched.get("Enabled") and watched.get("Alarms")):
            yield Finding(group, "its AlarmConfiguration must be enabled and name alarms")
        if _ROLL_BACK not in properties.get("AutoRollbackConfiguration", {}).get("Events", ()):
            yield Finding(group, f"its AutoRollbackConfiguration must contain {_ROLL_BACK}")


RULES = (actions, evaluated_time, dimensions_exist, canary)
