from chalicelib.publisher.smartlinks.payout_range import Amounts, all_countries, amounts, payout_range


def test_amounts_of_an_offer_are_its_lowest_and_highest_fixed_payout() -> None:
    assert amounts(["0", "12.00", "9", "0.20"], "USD") == Amounts("0.20", "12.00", "USD")


def test_offer_that_pays_percentages_only_has_no_amounts() -> None:
    assert amounts(["0", "0.00"], "USD") is None


def test_range_is_over_all_offers() -> None:
    offers = [Amounts("9", "10", "USD"), None, Amounts("0.20", "2", "USD")]
    assert payout_range(offers) == {"min": "0.20", "max": "10", "currency": "USD"}


def test_range_over_several_currencies_or_nothing_is_unknown() -> None:
    assert payout_range([Amounts("1", "1", "USD"), Amounts("1", "1", "EUR")]) is None
    assert payout_range([None]) is None
    assert payout_range([]) is None


def test_countries_are_those_of_all_offers_unless_one_takes_any() -> None:
    assert all_countries([["US", "GB"], ["DE", "US"]]) == ["DE", "GB", "US"]
    assert all_countries([["US"], []]) == []
    assert all_countries([]) == []
