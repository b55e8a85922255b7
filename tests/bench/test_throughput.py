from bench.throughput import click_id_of, missing_in


def test_click_id_is_read_from_the_destination_url() -> None:
    assert click_id_of("https://a.example/land?s=x&cid=01m7y0t0bj&g=US") == "01m7y0t0bj"


def test_destination_url_without_click_id_counts_as_missing() -> None:
    assert click_id_of("https://network.example/more") == ""
    assert missing_in([click_id_of("https://network.example/more"), "a"], [["a"], ["b"]]) == 1
