from chalicelib.reporting.click_schemas import ClickFacts


def test_click_facts_contain_neither_decision_nor_revenue() -> None:
    hidden = {"decision", "revenue", "address", "user_agent", "isp"}
    assert hidden.isdisjoint(ClickFacts.model_fields)


def test_every_field_of_a_click_is_required() -> None:
    assert [name for name, field in ClickFacts.model_fields.items() if not field.is_required()] == []
