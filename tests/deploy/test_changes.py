import pytest

from deploy import changes
from deploy.changes import Action, Change
from deploy.errors import CommandError
from tests.deploy.fake_cloudformation import FakeCloudFormation, change

TABLE, QUEUE, VERSION = "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::Lambda::Version"


def _target(name: str | None, attribute: str = "Properties") -> dict[str, object]:
    return {"Target": {"Attribute": attribute, **({"Name": name} if name else {})}}


def test_changes_are_read_in_the_order_of_their_danger() -> None:
    fake = FakeCloudFormation(
        changes=[
            change("Added", action="Add"),
            change("Redirect", Details=[_target("Code"), _target(None, "Tags"), _target("Code")]),
            change("Old", VERSION, "Remove"),
            change("Rule", "AWS::Events::Rule", Replacement="Conditional"),
            change("Clicks", TABLE, Replacement="True", Details=[_target("KeySchema")]),
            change("Role", "AWS::IAM::Role", Replacement="True"),
        ]
    )
    read = changes.read(fake, {})  # type: ignore[arg-type]  # a fake
    assert [(each.action, each.name, each.properties) for each in read] == [
        (Action.REPLACE, "Clicks", ("KeySchema",)),
        (Action.REPLACE, "Role", ()),
        (Action.REMOVE, "Old", ()),
        (Action.MAY_REPLACE, "Rule", ()),
        (Action.MODIFY, "Redirect", ("Code", "Tags")),
        (Action.ADD, "Added", ()),
    ]


def test_unknown_action_counts_as_a_possible_replacement() -> None:
    (read,) = changes.read(FakeCloudFormation(changes=[change("X", action="Dynamic")]), {})  # type: ignore[arg-type]  # a fake
    assert read.action is Action.MAY_REPLACE


@pytest.mark.parametrize(
    ("action", "kind", "is_lost"),
    [
        pytest.param(Action.REPLACE, TABLE, True, id="replaced table"),
        pytest.param(Action.REMOVE, TABLE, True, id="removed table"),
        pytest.param(Action.REMOVE, QUEUE, True, id="removed queue"),
        pytest.param(Action.REMOVE, "AWS::S3::Bucket", True, id="removed bucket"),
        pytest.param(Action.REMOVE, VERSION, False, id="old version"),
        pytest.param(Action.MAY_REPLACE, TABLE, False, id="table with a new index"),
        pytest.param(Action.MODIFY, TABLE, False, id="modified table"),
    ],
)
def test_replaced_and_removed_stores_lose_data(action: Action, kind: str, is_lost: bool) -> None:
    planned = [Change(action, "Thing", kind)]
    assert planned[0].loses_data is is_lost
    changes.refuse_loss(planned, stack="smartlink-prod", word="smartlink-prod")
    if is_lost:
        with pytest.raises(CommandError, match=r"Thing would be .* Nothing was changed.* DELETE_DATA=smartlink-prod"):
            changes.refuse_loss(planned, stack="smartlink-prod", word="yes")
    else:
        changes.refuse_loss(planned, stack="smartlink-prod", word="")


def test_table_names_few_resources_and_counts_many_of_a_type() -> None:
    versions = [Change(Action.ADD, f"Version{number}", VERSION) for number in range(4)]
    functions = [
        Change(Action.MODIFY, "Learn", "AWS::Lambda::Function", ("Code",)),
        Change(Action.MODIFY, "Redirect", "AWS::Lambda::Function", ("Code", "Layers")),
    ]
    rows = changes.table([*functions, *versions]).splitlines()
    assert [row.split() for row in rows] == [
        ["modify", "Learn", "Lambda::Function", "Code"],
        ["modify", "Redirect", "Lambda::Function", "Code,", "Layers"],
        ["add", "4", "resources", "Lambda::Version"],
    ]


def test_table_names_each_resource_that_loses_data() -> None:
    rows = changes.table([Change(Action.REMOVE, f"Table{number}", TABLE) for number in range(4)]).splitlines()
    assert len(rows) == 4
    assert all(row.endswith("!! LOSES DATA") for row in rows)


def test_table_without_changes_says_so() -> None:
    assert changes.table([]) == "  no resource changes"
