"""A message to send."""

from datetime import UTC, datetime
from typing import Any

from tokenshare.alerting import Observation
from tokenshare.alerts import AlertDocument, Fault, Finding, LastGood, document_of, notice_of

AT = datetime(2026, 7, 14, 6, tzinfo=UTC)


def held(reason: str = "other_rows: observed 0", observed: str = "0 at 2026-07-13", **row: Any) -> Fault:
    return Fault(
        id="held/vendor_share_daily", key="held/router", kind="held", subject="metrics.vendor_share_daily",
        reason=reason, since=AT, runbook="other_rows",
        findings=(Finding(check="other_rows", observed=observed, expected="1", runbook="other_rows"),),
        last_good=LastGood(version=3, as_of=AT, row={"vendor_id": "deepseek", "tokens": 12, **row}),
    )  # fmt: skip


def document(*faults: Fault, action: Any = "trigger", name: str = "tokenshare") -> AlertDocument:
    notice = notice_of(action, "held/router", faults or (held(),), Observation("run-1", AT, AT))
    return document_of(notice, name, "live", "docs/runbooks/")
