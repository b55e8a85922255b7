"""Write throughput for which the tables of clicks and counters are warmed up."""

from typing import Any

_TABLES = ("ClicksTable", "CountersTable")


def add_warm_throughput(template: dict[str, Any]) -> None:
    """Warm up both tables and their indexes for the parameter `WarmWrites`, in units a second; 0 leaves AWS's values.

    A new table takes 4,000 writes a second. It grows with the load, but a sudden peak is throttled. Warm throughput
    cannot be reduced. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
    """
    warm = {"Fn::If": ["HasWarmWrites", {"WriteUnitsPerSecond": {"Ref": "WarmWrites"}}, {"Ref": "AWS::NoValue"}]}
    for name in _TABLES:
        table = template["Resources"][name]["Properties"]
        for each in (table, *table.get("GlobalSecondaryIndexes", ())):
            each["WarmThroughput"] = warm
