"""Bank holidays of England and Wales (Banking and Financial Dealings Act 1971, and royal proclamations).

The days of the years in which cases live are written down here, as importing the library that knows them takes
longer than making a document; a test holds them to the library, which also answers for all other years.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

_KNOWN = {
    2020: "0101 0410 0413 0508 0525 0831 1225 1226 1228",
    2021: "0101 0402 0405 0503 0531 0830 1225 1226 1227 1228",
    2022: "0101 0103 0415 0418 0502 0602 0603 0829 0919 1225 1226 1227",
    2023: "0101 0102 0407 0410 0501 0508 0529 0828 1225 1226",
    2024: "0101 0329 0401 0506 0527 0826 1225 1226",
    2025: "0101 0418 0421 0505 0526 0825 1225 1226",
    2026: "0101 0403 0406 0504 0525 0831 1225 1226 1228",
    2027: "0101 0326 0329 0503 0531 0830 1225 1226 1227 1228",
    2028: "0101 0103 0414 0417 0501 0529 0828 1225 1226",
    2029: "0101 0330 0402 0507 0528 0827 1225 1226",
    2030: "0101 0419 0422 0506 0527 0826 1225 1226",
    2031: "0101 0411 0414 0505 0526 0825 1225 1226",
    2032: "0101 0326 0329 0503 0531 0830 1225 1226 1227 1228",
    2033: "0101 0103 0415 0418 0502 0530 0829 1225 1226 1227",
    2034: "0101 0102 0407 0410 0501 0529 0828 1225 1226",
    2035: "0101 0323 0326 0507 0528 0827 1225 1226",
    2036: "0101 0411 0414 0505 0526 0825 1225 1226",
    2037: "0101 0403 0406 0504 0525 0831 1225 1226 1228",
    2038: "0101 0423 0426 0503 0531 0830 1225 1226 1227 1228",
    2039: "0101 0103 0408 0411 0502 0530 0829 1225 1226 1227",
    2040: "0101 0102 0330 0402 0507 0528 0827 1225 1226",
}
"""By year, each as month and day; where one falls on a weekend, the substitute day stands too."""


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Give all bank holidays of a year, with substitute days."""
    if year in _KNOWN:
        return frozenset(date(year, int(day[:2]), int(day[2:])) for day in _KNOWN[year].split())
    return from_library(year)


def from_library(year: int) -> frozenset[date]:
    """Give them as the library `holidays` has them."""
    import holidays  # here, as it is large

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
