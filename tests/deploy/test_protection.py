import pytest

from deploy import protection
from tests.deploy.fake_cloudformation import FakeCloudFormation


@pytest.mark.parametrize("on", [True, False])
def test_stack_and_each_of_its_tables_are_protected_or_not(on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    tables: list[tuple[str, bool]] = []
    monkeypatch.setattr(protection, "protect_table", lambda _, name, *, on: tables.append((name, on)))
    fake = FakeCloudFormation()
    fake.resources = {"AWS::DynamoDB::Table": ["clicks", "caps"], "AWS::S3::Bucket": ["archive"]}
    protection.set_protection(fake.cloud, on=on)
    assert fake.called == [f"protection {'on' if on else 'off'}"]
    assert tables == [("clicks", on), ("caps", on)]
