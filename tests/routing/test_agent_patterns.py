from chalicelib.routing.agent_patterns import first_match

match = first_match({"tv": "tv", "phone": "mobile|iphone"})


def test_name_of_the_pattern_found_is_returned() -> None:
    assert match("an iPhone") == "phone"


def test_first_pattern_of_the_table_wins() -> None:
    assert match("a mobile TV") == "tv"


def test_text_without_a_pattern_has_none() -> None:
    assert match("a desk") is None
    assert match("") is None
