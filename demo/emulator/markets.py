"""The paths of EODHD, EDGAR and the European Central Bank over a world's quotes, share counts and rates."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from demo.emulator.answers import JSON, Refusal, Request, Responder, Response, in_text, in_xml, render
from demo.emulator.world_files import Cells, read_table
from demo.tables import FX, QUOTES, SHARE_COUNTS

EODHD_BASE = "/api"
EDGAR_FOLDER = "/api/xbrl/companyfacts"
ECB_FOLDER = "/stats/eurofxref"
# Filers by their number at the SEC; no other filer's facts are requested.
SYMBOL_BY_CIK = {1045810: "NVDA", 1730168: "AVGO", 789019: "MSFT", 1018724: "AMZN", 1577552: "BABA"}
COLUMNS = ("USD", "JPY", "BGN", "GBP", "CHF", "CNY", "HKD", "KRW")  # some of the upstream's, in its order
YEAR = timedelta(days=365)
LIMITED = "Data is limited by one year as you have free subscription"
_FACTS = re.compile(rf"{EDGAR_FOLDER}/CIK([0-9]{{10}})\.json", re.ASCII)
_LIST = re.compile(rf"{EODHD_BASE}/exchange-symbol-list/([A-Z]+)", re.ASCII)
_SERIES = re.compile(rf"{EODHD_BASE}/eod/([A-Z0-9]+)\.([A-Z]+)", re.ASCII)


def eodhd(world: Path, as_of: datetime) -> Responder:
    """Ticker lists with their currency, and series of bars; a bar of a running session is no end of day."""
    table = read_table(world, QUOTES)

    def answer(question: Request) -> Response | None:
        listed, series = _LIST.fullmatch(question.path), _SERIES.fullmatch(question.path)
        if table is None or not (listed or series):
            return None
        if not question.params.get("api_token"):
            raise Refusal(401, "Unauthenticated", form=in_text)
        quotes = table.at(as_of)
        return _json(_tickers(quotes, listed[1]) if listed else _bars(quotes, series, question))  # type: ignore[arg-type]

    return answer


def limit_to_a_year(question: Request, answer: Response, as_of: datetime) -> Response:
    """The answer of EODHD's free plan: of a longer window the last year, and a last row with nothing but a warning."""
    limit = (as_of.date() - YEAR).isoformat()
    if not _SERIES.fullmatch(question.path) or answer.status != 200 or question.params.get("from", "") >= limit:
        return answer
    return _json([*(row for row in json.loads(answer.body) if row["date"] >= limit), {"warning": LIMITED}])


def edgar(world: Path, as_of: datetime) -> Responder:
    """Company facts: of all concepts the one share count, each as filed when it became known."""
    table = read_table(world, SHARE_COUNTS)

    def answer(question: Request) -> Response | None:
        found = _FACTS.fullmatch(question.path)
        if table is None or not found:
            return None
        symbol = SYMBOL_BY_CIK.get(int(found[1]))
        if symbol is None:
            raise Refusal(404, "The specified key does not exist.", form=in_xml)
        counts = [cells for cells in table.at(as_of) if cells["symbol"] == symbol]
        return _json(_facts(int(found[1]), symbol, counts))

    return answer


def ecb(world: Path, as_of: datetime) -> Responder:
    """The zipped file of all days, wide, newest first, with a comma at the end of every line."""
    table = read_table(world, FX)

    def answer(question: Request) -> Response | None:
        if table is None or question.path != f"{ECB_FOLDER}/eurofxref-hist.zip":
            return None
        return Response(200, _zip(_table(table.at(as_of))), "application/zip")

    return answer


def _tickers(quotes: Sequence[Cells], exchange: str) -> list[dict[str, str | None]]:
    currencies = {cells["symbol"]: cells["currency"] for cells in quotes}  # the newest row's
    return [
        {
            "Code": symbol.partition(".")[0],
            "Name": symbol,
            "Country": "USA" if exchange == "US" else "Hong Kong",
            "Exchange": exchange,
            "Currency": currency,
            "Type": "Common Stock",
            "Isin": None,
        }
        for symbol, currency in currencies.items()
        if (symbol.partition(".")[2] or "US") == exchange
    ]


def _bars(quotes: Sequence[Cells], series: re.Match[str], question: Request) -> list[dict[str, object]]:
    symbol = series[1] if series[2] == "US" else f"{series[1]}.{series[2]}"
    start, end = question.params.get("from", ""), question.params.get("to", "9999")
    asked = (row for row in quotes if row["symbol"] == symbol and start <= row["date"] <= end)
    days = sorted((row for row in asked if row["is_partial"].lower() != "true"), key=lambda row: row["date"])
    prices = [dict.fromkeys(PRICES, _number(row["close"])) if "close" in row else {} for row in days]
    return [{"date": row["date"], **price, "volume": 1000} for row, price in zip(days, prices, strict=True)]


PRICES = ("open", "high", "low", "close", "adjusted_close")


def _facts(cik: int, symbol: str, counts: Sequence[Cells]) -> dict[str, object]:
    filed = [
        {
            "end": cells["date"],
            "val": _number(cells["shares_issued"]),
            "accn": f"{cik:010d}-{cells['known_at'][2:4]}-{number:06d}",
            "fy": cells["date"][:4],
            "fp": "Q1",
            "form": "10-Q",
            "filed": cells["known_at"][:10],
        }
        for number, cells in enumerate(counts, start=1)
    ]
    concept = {"label": "Entity Common Stock, Shares Outstanding", "units": {"shares": filed}}
    dei = {"EntityCommonStockSharesOutstanding": concept} if filed else {}
    return {"cik": cik, "entityName": symbol, "facts": {"dei": dei}}


def _table(rates: Sequence[Cells]) -> bytes:
    """Rates to the euro. Pairs of other currencies are left out; a second rate of a day has a line of its own."""
    days: dict[str, list[dict[str, str]]] = {}
    for cells in rates:
        if cells["base"] == "EUR":
            found = days.setdefault(cells["date"], [])
            found += [] if found and cells["quote"] not in found[-1] else [{}]
            found[-1][cells["quote"]] = cells["rate"]
    lines = [["Date", *COLUMNS, ""]]
    lines += [
        [day, *(line.get(name, "N/A") for name in COLUMNS), ""]
        for day in sorted(days, reverse=True)
        for line in days[day]
    ]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode("utf-8")


def _zip(body: bytes) -> bytes:
    """The same bytes for the same file: the entry bears no clock's time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("eurofxref-hist.csv"), body)
    return out.getvalue()


def _number(text: str) -> object:
    """Convert to a JSON number; return any other text as it came."""
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return text


def _json(document: object) -> Response:
    return Response(200, render(document), JSON)
