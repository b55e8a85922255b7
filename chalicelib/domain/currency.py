"""Currencies: the current codes of ISO 4217, without those of funds, metals and tests."""

import re

CODES = frozenset(
    re.findall(
        "[A-Z]{3}",
        """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """,
    )
)

_ALIASES = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "ANG": "XCG",
    "BGN": "EUR",
    "BYR": "BYN",
    "CNH": "CNY",
    "EURO": "EUR",
    "HRK": "EUR",
    "NIS": "ILS",
    "NTD": "TWD",
    "RMB": "CNY",
    "RUR": "RUB",
    "TRL": "TRY",
    "UKP": "GBP",
}
"""Usual other names, and codes that ISO 4217 has replaced."""


def currency_error(text: str) -> str | None:
    """Return what is wrong with a currency code, and which one is meant if that is clear; None if nothing is wrong."""
    if text in CODES:
        return None
    message = "must be an ISO 4217 currency code such as USD"
    meant = text.strip().upper()
    meant = _ALIASES.get(meant, meant)
    return f"{message}; use {meant}" if meant in CODES else message
