"""All settings. Only this module reads the environment."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasGenerator, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from connectors.http.addresses import read_channels, read_secret_url, read_servers
from connectors.postgres import dsn
from connectors.storage.home import KINDS, Kind, objects
from connectors.storage.home.folders import absolute, existing
from connectors.storage.home.modes import Readers
from connectors.storage.home.objects import AnyPath, path_of
from tokenshare.errors import UsageError

PREFIX = "TOKENSHARE_"
ENVIRON: Mapping[str, str] = os.environ
PRIVATE_UMASK = 0o077
NO_HOME = "/nonexistent"  # as of a user without a home directory
# What a scheduled pass inherits beside our settings and Prefect's: where programs, proxies and certificates are.
INHERITED = frozenset({"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "JAVA_HOME", "DO_NOT_TRACK"})
INHERITED |= {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
INHERITED |= {word for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY") for word in (name, name.lower())}
INHERITED |= {*objects.READ_BY_CLIENT, *dsn.READ_BY_CLIENT}
FIXED = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"}

# The points at which `kill_at` can end a pass, in the order of the route.
POINTS = (
    "fetch", "archive", "produce", "plan", "land", "commit", "offsets", "build", "judge", "decide", "swap", "alert",
)  # fmt: skip


def _secret(read: Callable[[str], object]) -> AfterValidator:
    """A validator of a secret that can be read; `read` raises ValueError for any other, without repeating it."""

    def check(secret: SecretStr) -> SecretStr:
        read(secret.get_secret_value())
        return secret

    return AfterValidator(check)


RUNBOOKS = "docs/runbooks/"  # a folder of the project
AnyAddress = Annotated[str, AfterValidator(lambda text: str(path_of(text)))] | None  # ValueError tells what else it is


class Settings(BaseSettings):
    """One set-up. Secrets are never printed, logged or handed to an orchestrator."""

    # The alias is the whole variable in its exact case. A prefix of pydantic-settings would also accept lower case,
    # and `redact`, which looks secrets up by name, would miss a secret spelt that way.
    model_config = SettingsConfigDict(
        frozen=True,
        case_sensitive=True,
        alias_generator=AliasGenerator(validation_alias=lambda field: PREFIX + field.upper()),
    )

    home: Annotated[Path, AfterValidator(absolute)] = Field(
        Path(".tokenshare"), description="Directory of all data of this set-up."
    )
    published_readers: Readers = Field(
        "everyone",
        description="Who may read what is published: `owner`, `group` or `everyone`; the rest of the home is its "
        "user's alone.",
    )
    landing: AnyAddress = Field(
        None, description="Folder or s3://bucket/prefix of landed files; unset leaves them where they are."
    )
    archive: AnyAddress = Field(
        None, description="Folder or s3://bucket/prefix of the archive of answers; unset leaves it where it is."
    )
    mirror_dsn: Annotated[SecretStr, _secret(dsn.read_dsn)] | None = Field(
        None,
        description="PostgreSQL database that gets what is published after each pass: "
        "postgresql://user:password@host/database, or libpq's words; a secret.",
    )
    publish_to: AnyAddress = Field(
        None, description="Folder or s3://bucket/prefix that gets the published files and the page after each pass."
    )
    csv: bool = Field(False, description="Write current.csv beside each current.parquet.")
    cache: Annotated[Path, AfterValidator(absolute)] = Field(
        Path("~/.cache/tokenshare"),
        description="Kafka's jars, fetched once and checked by hash, and dbt's parse of its project: for all homes of "
        "a user.",
    )
    openrouter_url: str = Field("https://openrouter.ai/api/v1", description="Base address of the router's API.")
    openrouter_api_key: SecretStr | None = Field(
        None,
        validation_alias="OPENROUTER_API_KEY",
        description="Key of the router's Data API; without it the public daily exports are the source.",
    )
    quotes: Annotated[Path, AfterValidator(existing)] | None = Field(
        None, description="Folder with your quotes.csv and share_counts.csv: the keyless way to market values."
    )
    eodhd_url: str = Field("https://eodhd.com/api", description="Base address of the end-of-day quotes API.")
    eodhd_api_key: SecretStr | None = Field(
        None, description="Key of the end-of-day quotes API; without it closes come from the dropped file alone."
    )
    edgar_url: str = Field("https://data.sec.gov", description="Base address of the SEC's company facts.")
    edgar_contact: str | None = Field(
        None,
        pattern=r"^[!-~]+@[!-~]+$",
        description="Your e-mail address, required by the SEC in the User-Agent; without it EDGAR is not asked.",
    )
    ecb_url: str = Field(
        "https://www.ecb.europa.eu/stats/eurofxref", description="Address of the file of euro reference rates."
    )
    hub_url: str = Field("https://huggingface.co", description="Address of the Hugging Face Hub.")
    hf_token: SecretStr | None = Field(
        None, validation_alias="HF_TOKEN", description="Token of the Hub; not needed, raises its limits."
    )
    hub_calls: int = Field(
        200, ge=1, le=5_000, description="Calls one fetch of the Hub may take; it allows 500 in 5 minutes."
    )
    hub_deadline_seconds: float = Field(240.0, gt=0, le=3600, description="Time one fetch of the Hub may take.")
    curated: Annotated[Path, AfterValidator(existing)] | None = Field(
        None,
        description="Folder of your own curated files: rows of facts are added to the shipped ones by key, and rows of "
        "a map overlay the shipped rows.",
    )
    sources_off: str = Field(
        "",
        pattern=r"^([a-z0-9_]+(,[a-z0-9_]+)*)?$",
        description="Sources to leave out, id,id,...; dependent metrics are inactive.",
    )
    http_attempts: int = Field(4, ge=1, le=10, description="Calls made for one answer before the source is absent.")
    http_deadline_seconds: float = Field(60.0, gt=0, le=3600, description="Time one fetch may take, retries included.")
    kafka_bootstrap_servers: Annotated[str, AfterValidator(read_servers)] | None = Field(
        None, description="host:port,... of your Kafka; without it a local broker runs under the home."
    )
    kafka_port: int | None = Field(
        None, ge=1024, le=32_000, description="Port of the local broker; unset, its home chooses one that is free."
    )
    kafka_topic_prefix: str = Field(
        "",
        pattern=r"^[a-z0-9._-]{0,64}$",
        description="Put before every topic and group, so that homes can share a cluster.",
    )
    kafka_partitions: int = Field(2, ge=1, le=256, description="Partitions of a topic, if we create it.")
    kafka_replication: int = Field(1, ge=1, le=9, description="Replicas of a topic, if we create it.")
    kafka_retention_ms: int = Field(-1, ge=-1, description="Retention of a topic, if we create it; -1 keeps all.")
    kafka_security_protocol: str | None = Field(
        None, pattern=r"^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$", description="Security protocol of your Kafka."
    )
    kafka_sasl_mechanism: str | None = Field(None, description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.")
    kafka_sasl_username: str | None = Field(None, description="User name for SASL.")
    kafka_sasl_password: SecretStr | None = Field(None, description="Password for SASL.")
    kafka_ssl_cafile: FilePath | None = Field(None, description="File of the certificate authority.")
    kafka_ssl_certfile: FilePath | None = Field(None, description="File of the client certificate.")
    kafka_ssl_keyfile: FilePath | None = Field(None, description="File of the client key.")
    kafka_ssl_password: SecretStr | None = Field(None, description="Password of the client key.")
    schema_registry_url: str | None = Field(
        None, description="Address of a schema registry with Confluent's REST API, for `tokenshare schemas register`."
    )
    schema_registry_login: SecretStr | None = Field(None, description="Its login, user:password; a secret.")
    range_records: int = Field(
        100_000, ge=1_000, le=1_000_000, description="Largest range of offsets to land as one file."
    )
    runner: Literal["local", "flink"] = Field(
        "local", description="What lands ranges: this process, or a Flink cluster through Beam's portable runner."
    )
    flink_master: str = Field("", description="HOST:PORT of the REST API of the Flink cluster.")
    flink_job_server: str = Field(
        "", description="HOST:PORT of Beam's job server for Flink, or its jar; unset lets Beam fetch the jar."
    )
    flink_workers: str = Field(
        "", description="HOST:PORT of Beam's pool of workers, as a TaskManager calls it; unset, it starts its own."
    )
    flink_parallelism: int = Field(2, ge=1, le=1_000, description="Ranges that Flink lands at the same time.")
    compact_records: int = Field(
        1_000_000, ge=1_000, le=100_000_000, description="Largest range of offsets to merge into one file by `compact`."
    )
    keep_versions_days: int | None = Field(
        None, ge=1, description="Days for which `compact` keeps a replaced version; unset keeps all."
    )
    prefect_api_url: str | None = Field(
        None,
        validation_alias="PREFECT_API_URL",
        description="A Prefect server; passes show there if it answers within two seconds.",
    )
    alert_name: str = Field(
        "tokenshare",
        pattern=r"^[a-z0-9][a-z0-9-]{0,31}$",
        description="Name of this set-up in alerts; their deduplication keys begin with it.",
    )
    alert_webhook_url: Annotated[SecretStr, _secret(read_secret_url)] | None = Field(
        None, description="Address to send every alert to, as JSON; a secret."
    )
    alert_channels: Annotated[SecretStr, _secret(read_channels)] | None = Field(
        None,
        description="Services to send every alert to, in words: addresses of apprise, separated by spaces, each with "
        "an optional name before it (`ops=slack://... mail=mailto://...`); a secret.",
    )
    alert_repeat_hours: float = Field(24.0, ge=1, le=8760, description="Hours after which an open alert is sent again.")
    alert_runbooks: str = Field(
        RUNBOOKS,
        pattern=r"^[!-~]*$",
        description="Prefix of `<page>.md#<check>` in the links of alerts and of the page to runbooks.",
    )
    heartbeat_url: Annotated[SecretStr, _secret(read_secret_url)] | None = Field(
        None, description="Address to call after every completed pass with its alerts delivered; a secret."
    )
    gateway_tokens: Annotated[Path, AfterValidator(absolute)] | None = Field(
        None, description="File of tokens for `tokenshare gateway`, one a line; else `gateway-tokens` in the home."
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="Port of metrics for Prometheus, by `serve` and `stream`; unset serves none."
    )
    metrics_host: str = Field("127.0.0.1", description="Address of that port; whoever reaches it needs no login.")
    kill_at: str | None = Field(
        None,
        pattern=rf"^({'|'.join(POINTS)})\.(before|during|after)$",
        description="For tests: end the process at <point>.before, .during or .after.",
        json_schema_extra={"hidden": True},
    )

    @property
    def folders(self) -> dict[Kind, AnyPath]:
        """The wanted folders of landed files and archive, if a person names them."""
        return {kind: path_of(named) for kind in KINDS if (named := getattr(self, kind))}

    @property
    def alert_repeat(self) -> timedelta:
        """The time after which an open alert is sent again."""
        return timedelta(hours=self.alert_repeat_hours)


def name_of(field: str) -> str:
    """The environment variable of a setting."""
    return str(Settings.model_fields[field].validation_alias)


def load(environ: Mapping[str, str] = ENVIRON) -> Settings:
    """Read settings from an environment; an empty variable counts as unset. Raise UsageError naming the variable."""
    source = EnvSettingsSource(Settings)
    source.env_vars = {name: value for name, value in environ.items() if value}
    try:
        return Settings(_build_sources=((source,), {}))  # type: ignore[call-arg]  # mypy sees the fields alone
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = problem["loc"][0]
        raise UsageError(f"{name} is not usable ({problem['msg']})", f"correct or unset {name}") from None


def isolate_process() -> None:
    """Make this process independent of its surroundings: private files, UTC, and no options for dbt but ours.

    Its child Pythons take no code from the working directory: dbt starts one, and so does Prefect for every run.
    """
    os.umask(PRIVATE_UMASK)
    os.environ["PYTHONSAFEPATH"] = "1"
    os.environ["TZ"] = "UTC"
    time.tzset()
    _clear_dbt()
    try:
        Path.home()
    except RuntimeError:  # libraries ask for it while they are imported
        os.environ["HOME"] = NO_HOME


def _clear_dbt() -> None:
    """Remove every variable of dbt: dbt runs in this process, and each of them would change what it builds."""
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        del os.environ[name]


def hand_to_dbt(database: Path, seeds: Path) -> None:
    """Set the database for dbt's profile and the folder of its seeds, in this process, and nothing else of dbt's."""
    _clear_dbt()
    os.environ["TOKENSHARE_WAREHOUSE"] = str(database)
    os.environ["TOKENSHARE_SEEDS"] = str(seeds)


def cache_folder(environ: Mapping[str, str] = ENVIRON) -> Path:
    """The folder of what all homes of a user share, also for readers without any other setting."""
    return Path(environ.get(name_of("cache")) or Settings.model_fields["cache"].default).expanduser().absolute()


def environment_of_pass(environ: Mapping[str, str] = ENVIRON) -> dict[str, str]:
    """The environment of a scheduled pass: a list, without Prefect's variables about the current flow run."""
    ours = {*map(name_of, Settings.model_fields), *INHERITED}
    passed = {name: value for name, value in environ.items() if name in ours or name.startswith((PREFIX, "PREFECT_"))}
    return {name: value for name, value in passed.items() if not name.startswith("PREFECT__")} | FIXED
