"""Exact money: a decimal with as many digits as its currency has (ISO 4217)."""

from decimal import Decimal

# The active codes of ISO 4217 by the number of their minor digits.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
_THREE = "BHD IQD JOD KWD LYD OMR TND".split()
_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD
CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP
LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD
YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset([*_TWO.split(), *_NONE, *_THREE])
_DIGITS = dict.fromkeys(_NONE, 0) | dict.fromkeys(_THREE, 3)


def minor_digits(currency: str) -> int:
    """Return how many decimals the currency's amounts have."""
    return _DIGITS.get(currency, 2)


def fits(amount: Decimal, currency: str) -> bool:
    """Tell whether the amount can be written with the currency's digits."""
    return amount == round(amount, minor_digits(currency))


def exact(amount: Decimal, currency: str) -> Decimal:
    """Return the amount written with exactly the currency's digits."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)))
