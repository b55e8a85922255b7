from deploy.template.throughput import add_warm_throughput
from tests.deploy import packaged

WARM = {"Fn::If": ["HasWarmWrites", {"WriteUnitsPerSecond": {"Ref": "WarmWrites"}}, {"Ref": "AWS::NoValue"}]}


def test_clicks_and_counters_are_warmed_up_if_a_throughput_is_given() -> None:
    template = packaged.template()
    warm = {name for name, each in template["Resources"].items() if "WarmThroughput" in each.get("Properties", {})}
    assert warm == {"ClicksTable", "CountersTable"}
    assert template["Resources"]["ClicksTable"]["Properties"]["WarmThroughput"] == WARM
    assert template["Parameters"]["WarmWrites"]["Default"] == 0
    assert template["Conditions"]["HasWarmWrites"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WarmWrites"}, "0"]}]}


def test_indexes_are_warmed_up_with_their_table() -> None:
    properties = {"GlobalSecondaryIndexes": [{"IndexName": "by_day"}]}
    add_warm_throughput({"Resources": {"ClicksTable": {"Properties": properties}, "CountersTable": {"Properties": {}}}})
    assert properties == {"GlobalSecondaryIndexes": [{"IndexName": "by_day", "WarmThroughput": WARM}]} | {
        "WarmThroughput": WARM
    }
