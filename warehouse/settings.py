"""The one settings object: read from `KHO_*`, validated once, passed to whoever needs it."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.errors import SettingsError
from warehouse.profile import Profile, load_profile

PROJECT_ROOT = Path(__file__).resolve().parent.parent
TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# The sample province holds no real person, so its tokens need no secret.
SAMPLE_TOKEN_KEY = "sample-province-only"  # noqa: S105
SAMPLE_ENVIRONMENTS = ("sample", "sample_servers")


class Settings(BaseSettings):
    """What a run may be told from outside. Every field is also `KHO_<FIELD>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="KHO_", env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Field(
        default=PROJECT_ROOT / "var",
        description="Data home: landing, warehouse, releases, outbox, Dagster's instance.",
    )
    contracts: Path = Field(
        default=PROJECT_ROOT / "ingestion" / "contracts",
        description="Folder of contracts, one YAML file a dataset.",
    )
    profile: str = Field(
        default="da_nang_2025",
        description="Name of a province profile in warehouse/profiles, or a path to one.",
    )
    environment: str = Field(
        default="sample",
        description="Which `servers` entry of a contract is read, by its `environment`.",
    )
    as_of: dt.date | None = Field(
        default=None,
        description="The day the figures are for; today in Asia/Ho_Chi_Minh when empty.",
    )
    token_key: SecretStr | None = Field(
        default=None,
        description="Key of the personal-number tokens (HMAC-SHA-256). Kept outside the data home.",
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://[user:password@]host:port (smtps:// for TLS); empty: mails are files in outbox/.",
    )
    mail_from: str = Field(
        default="kho-du-lieu@kho.example",
        description="Sender address of the mails.",
    )
    portal_url: str = Field(
        default="http://127.0.0.1:8080",
        description="Base address under which releases are served; used in catalogues and mails.",
    )

    memory_limit: str | None = Field(
        default=None,
        description="Most memory one DuckDB connection may take, as DuckDB writes it (4GB); its own limit when empty.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        description="Most threads one DuckDB connection may use; one a processor core when empty.",
    )

    @field_validator("home", "contracts")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @cached_property
    def province(self) -> Profile:
        """The province this run is for. Raises SettingsError when the profile is unknown or wrong."""
        return load_profile(self.profile)

    @cached_property
    def day(self) -> dt.date:
        """`as_of`, or today where the province is."""
        return self.as_of or dt.datetime.now(TIME_ZONE).date()

    @cached_property
    def token_secret(self) -> bytes:
        """The key of the personal-number tokens. Raises SettingsError when a real source has none."""
        if self.token_key is not None:
            return self.token_key.get_secret_value().encode()
        if self.environment in SAMPLE_ENVIRONMENTS:
            return SAMPLE_TOKEN_KEY.encode()
        raise SettingsError(
            wanted="a key for the tokens of personal numbers",
            found="KHO_TOKEN_KEY is empty",
            where=f"environment {self.environment}",
            action="Set KHO_TOKEN_KEY to a long random text and keep it outside the data home.",
        )

    # ---------- the data home
    @property
    def landing(self) -> Path:
        """Landing files: <source>/<dataset>/<batch>/."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt alone writes."""
        return self.home / "warehouse.duckdb"

    @property
    def dbt(self) -> Path:
        """The dbt project as assembled for this home: models of the house plus those of the contracts."""
        return self.home / "dbt"

    @property
    def results(self) -> Path:
        """What the expectations found in the last run, as Parquet."""
        return self.home / "results"

    @property
    def releases(self) -> Path:
        """Published releases, and `latest`."""
        return self.home / "releases"

    @property
    def freezes(self) -> Path:
        """Frozen periods, one folder each."""
        return self.home / "freezes"

    @property
    def reports(self) -> Path:
        """Printed reports: <period>/, each as XLSX and HTML."""
        return self.home / "reports"

    @property
    def outbox(self) -> Path:
        """One .eml a mail."""
        return self.home / "outbox"

    @property
    def logbook(self) -> Path:
        """Append-only logs: mails and releases, which are tables of `ops`, and the chain."""
        return self.home / "logbook"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME: runs and events."""
        return self.home / "dagster"

    @property
    def sample(self) -> Path:
        """The sample province's sources and their ground truth."""
        return self.home / "sample"
