"""`make generate`: everything that is committed but derived, written anew; nothing else may lie beside it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from connectors.sources import SOURCES
from expectations.evidence import INTERVALS
from expectations.laws import LAWS
from flows.settings import Settings, name_of
from tokenshare.errors import GRAVITY, UsageError
from tokenshare.metrics import METRICS
from tokenshare.render import pages, reference, relations, schemas
from tokenshare.topics import TOPICS

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs/reference", "docs/sources")  # all that lies here is rendered
PINS = "expectations/suites.json"


def rendered() -> dict[str, str]:
    """Path, from the root of the project, to text; all but the pins, which cost the import of Great Expectations."""
    return {
        **{f"docs/reference/schemas/{topic.name}.json": schemas.schema_text(topic) for topic in TOPICS},
        "dbt/models/staging/_sources.yml": relations.sources_text(TOPICS),
        "dbt/models/metrics/_metrics.yml": relations.models_text(m for m in METRICS if m.schema == "metrics"),
        "dbt/models/marts/_marts.yml": relations.models_text(m for m in METRICS if m.schema == "marts"),
        "docs/reference/metrics.md": pages.metrics_page(METRICS),
        "docs/reference/topics.md": pages.topics_page(TOPICS),
        "docs/reference/settings.md": reference.settings_page(list(_settings())),
        "docs/reference/exit-codes.md": reference.exits_page(GRAVITY),
        "docs/reference/checks.md": reference.checks_page(_judged(), _laws(), METRICS),
        **{f"docs/sources/{source.id}.md": pages.source_page(source) for source in SOURCES},
    }


def rendered_pins() -> dict[str, str]:
    """The size and digest of every metric's suite, as committed."""
    from expectations.suites import pin

    pins = {metric.id: pin(metric) for metric in METRICS}
    return {PINS: json.dumps(pins, indent=2, sort_keys=True) + "\n"}


def orphans(root: Path = ROOT) -> list[Path]:
    """Files in the rendered folders that nothing renders any more."""
    known = {root / path for path in rendered()}
    found = (path for folder in FOLDERS for path in sorted((root / folder).rglob("*")))
    return [path for path in found if path.is_file() and path not in known]


def refuse_breaches(root: Path = ROOT) -> None:
    """Raises UsageError where a topic would change under those who read it; a change is a new version."""
    for topic in TOPICS:
        committed = root / f"docs/reference/schemas/{topic.name}.json"
        old = json.loads(committed.read_text(encoding="utf-8")) if committed.exists() else None
        broken = schemas.breaches(old, schemas.schema_of(topic)) if old else []
        if broken:
            raise UsageError(f"{topic.name}: {'; '.join(broken)}", "declare a new version of the topic")


def generate(root: Path = ROOT) -> None:
    """Writes every rendered file and removes what is rendered no longer."""
    refuse_breaches(root)
    for path, text in {**rendered(), **rendered_pins()}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for orphan in orphans(root):
        orphan.unlink()


def _settings() -> Iterator[reference.Setting]:
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or isinstance(field.default, SecretStr) else str(field.default)
        yield name_of(name), default, field.description or ""


def _judged() -> Iterator[reference.Judged]:
    for group, intervals in INTERVALS.items():
        yield from ((group, check, str(interval)) for check, interval in intervals.items())
        yield group, "freshness", "at most the limit"


def _laws() -> dict[str, str]:
    return {name: str(law.minimum) if law.minimum == law.maximum else f"{law.minimum:.10g} to {law.maximum:.10g}"
            for name, law in LAWS.items()}  # fmt: skip


if __name__ == "__main__":
    try:
        generate()
    except UsageError as error:
        sys.exit(f"{error}")
