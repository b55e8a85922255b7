"""A click that was answered is looked for by the ID in its destination."""

from bench.throughput import click_id, missing_in


def test_the_click_is_named_in_its_destination() -> None:
    assert click_id("https://a.example/land?s=x&cid=01m7y0t0bj&g=US") == "01m7y0t0bj"


def test_an_address_without_a_click_names_none_and_counts_as_missing() -> None:
    assert click_id("https://network.example/more") == ""
    assert missing_in([click_id("https://network.example/more"), "a"], [["a"], ["b"]]) == 1
