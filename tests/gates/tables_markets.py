"""Two sessions of three companies as every market metric shows them, consistent to the cent."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from expectations.evidence import Measured

FRIDAY, SUNDAY = date(2026, 1, 9), date(2026, 1, 11)  # the evening before the gates look
KEY = SUNDAY.isoformat()
CAPS = (("nvidia", 100, 83.0), ("tencent", 50, 50.5), ("zhipu", 10, 10.0))  # million USD on the two days


def _cap(on: date, company: str, millions: float) -> dict[str, Any]:
    return {
        "session_date": on,
        "company_id": company,
        "market_cap_usd": millions * 1e6,
        "close": millions,
        "currency": "USD" if company == "nvidia" else "HKD",
        "shares_issued": 1_000_000,
        "fx_date": None if company == "nvidia" else FRIDAY,
        "change_year_share": None,
    }


def _shock(company: str, before: float, after: float) -> dict[str, Any]:
    change = (after - before) * 1e6
    row = {"change_share": change / (before * 1e6), "change_usd": change, "is_worst_to_date": company == "nvidia"}
    row |= {"is_one_session": True}
    return {"session_date": SUNDAY, "company_id": company, **row}


def _value(company: str, millions: float, basis: str, basis_date: date) -> dict[str, Any]:
    value = {"value_usd": millions * 1e6, "basis": basis, "basis_date": basis_date, "is_stale": False}
    return {"value_date": SUNDAY, "company_id": company, **value}


def _company(id: str, **given: Any) -> dict[str, Any]:
    line = dict.fromkeys(("symbols", "symbol", "exchange", "currency", "units_per_line", "listed_from_date"))
    flags = {"country_code": "CN", "is_chinese": True, "is_pureplay": True, "is_platform": False}
    return {"company_id": id, "company_name": id.title(), **flags, **line, "citation": "its prospectus", **given}


MARKET_TABLES: Mapping[str, list[dict[str, Any]]] = {
    "market_cap_daily": [
        *(_cap(FRIDAY, company, before) for company, before, _ in CAPS),
        *(_cap(SUNDAY, company, after) for company, _, after in CAPS),
    ],
    "session_shock_daily": [_shock(*row) for row in CAPS],
    "pureplay_value_daily": [
        _value("zhipu", 10, "listed", SUNDAY),
        _value("deepseek", 45, "disclosed", FRIDAY),
        _value("total", 55, "mixed", FRIDAY),
    ],
    "platform_value_daily": [_value("tencent", 50.5, "listed", SUNDAY), _value("total", 50.5, "listed", SUNDAY)],
    "fct_quotes_daily": [
        {"session_date": SUNDAY, "symbol": "NVDA", "company_id": "nvidia", "close": 83.0, "currency": "USD"},
        {"session_date": SUNDAY, "symbol": "ACME", "company_id": None, "close": 1.0, "currency": "USD"},
    ],
    "dim_companies": [
        _company("deepseek"),
        _company(
            "zhipu", symbols="2513.HK", symbol="2513.HK", exchange="HKEX", currency="HKD", units_per_line=1,
            listed_from_date=FRIDAY,
        ),
    ],
}  # fmt: skip
_QUOTES = (
    Measured("closes", KEY, 3),
    Measured("conflicting_keys", KEY, 0),
    Measured("foreign_currency", KEY, 0),
    Measured("incomplete_fetches", "quotes_dropped", 0),
    Measured("disappeared_days", KEY, 0),
    Measured("restated_middle", f"{KEY} NVDA", 1),
    Measured("lost_rows", f"{KEY} NVDA", 0),
)
_CAPS = (
    *_QUOTES,
    Measured("split_suspected", f"{KEY} nvidia", 0.17),
    Measured("usual_split", f"{KEY} nvidia", 1),
    Measured("unconverted_closes", KEY, 0),
    Measured("restated_ratio", f"NVDA {KEY}", 1),
    Measured("count_moved", f"{KEY} NVDA", 10),
    Measured("rate_moved", KEY, 0.01),
)
_VALUES = (
    *_CAPS,
    Measured("stale_values", f"{KEY} zhipu", 0),
    *(Measured(check, "valuation deepseek 2026-01-11", 0) for check in ("restated_units", "withdrawn_rows")),
    Measured("series_ratio", "2026-01-11 valuation deepseek", 3),
    Measured("nearest_ratio", "2026-01-11 valuation deepseek", 15),
)
MARKET_EVIDENCE: Mapping[str, tuple[Measured, ...]] = {
    "fct_quotes_daily": (*_QUOTES, Measured("middle_move", KEY, 1.01), Measured("close_moved", f"{KEY} NVDA", 1.01)),
    **dict.fromkeys(("market_cap_daily", "session_shock_daily"), _CAPS),
    **dict.fromkeys(("pureplay_value_daily", "platform_value_daily"), _VALUES),
}
