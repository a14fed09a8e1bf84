"""The dbt project of one data home: the house's models plus those that its contracts ask for.

`<home>/dbt` is a copy of `dbt_project/` with, for every contract, a staging model, its source with
column docs, and a shared table (or a part in the union of its entity). A contract from any folder
works the same way, and the repository keeps one source of truth (docs/adr/008).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse import assembly_checks, assembly_indicators
from warehouse.assembly_docs import landing_sources, shared_columns, shared_docs, staging_docs, typed_docs, union_docs
from warehouse.assembly_identifiers import linked, repairs, status_of
from warehouse.citizen_prefixes import citizen_prefixes
from warehouse.contracts import Column, Contract, ContractSet
from warehouse.entities import Entity, EntityColumn, entities
from warehouse.freezable import freezable, freeze_sources
from warehouse.model_version import model_version
from warehouse.settings import PROJECT_ROOT, SAMPLE_ENVIRONMENTS, Settings

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
COPIED = ("models", "macros", "seeds", "profiles.yml")


def assemble(settings: Settings, contracts: ContractSet) -> Path:
    """Bring `<home>/dbt` up to date and return it; files that are right already are not touched.

    Leaving right files alone keeps dbt's partial parsing quick.
    """
    wanted = dict(_copied_files()) | dict(_generated_files(settings, contracts))
    wanted[Path("dbt_project.yml")] = _project_file(settings).encode()
    for relative, content in wanted.items():
        path = settings.dbt / relative
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for folder in ("models", "macros", "seeds"):
        _remove_others(settings.dbt, folder, wanted)
    return settings.dbt


def fingerprint(project: Path) -> str:
    """Changes whenever a parsed manifest of this assembled project would."""
    digest = hashlib.sha256()
    for path in sorted(p for p in project.rglob("*") if p.is_file() and p.relative_to(project).parts[0] in _PARSED):
        digest.update(str(path.relative_to(project)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


_PARSED = (*COPIED, "dbt_project.yml")


def _copied_files() -> Iterable[tuple[Path, bytes]]:
    for name in COPIED:
        source = DBT_PROJECT / name
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.is_file():
                yield path.relative_to(DBT_PROJECT), path.read_bytes()


def _remove_others(project: Path, folder: str, wanted: dict[Path, bytes]) -> None:
    for path in sorted((project / folder).rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(project) not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path)


def _project_file(settings: Settings) -> str:
    project: dict[str, Any] = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    project["vars"]["province"] = settings.province.as_variable()
    sample = settings.environment in SAMPLE_ENVIRONMENTS
    project["vars"]["citizen_prefixes"] = citizen_prefixes(synthetic=sample)
    return yaml.safe_dump(project, allow_unicode=True, sort_keys=False)


def _generated_files(settings: Settings, contracts: ContractSet) -> Iterable[tuple[Path, bytes]]:
    render = _renderer()
    staging, shared, ops = Path("models/staging"), Path("models/shared"), Path("models/ops")
    accounting = staging / "accounting"
    yield staging / "_landing__sources.yml", _yaml(landing_sources(settings, contracts))
    for contract in contracts.contracts:
        folder = staging / contract.domain
        period = contract.period.expression if contract.period else None
        kept = _keeps_history(contract)
        yield (
            folder / f"{contract.staging_table}.sql",
            render("staging.sql.j2", contract=contract, period=period, kept=kept),
        )
        if kept:
            yield folder / f"{contract.typed_table}.sql", _typed_model(render, contract, period)
            yield folder / f"{contract.typed_table}.yml", _yaml(typed_docs(contract))
        yield folder / f"{contract.staging_table}.yml", _yaml(staging_docs(contract))
        if contract.entity is None:
            yield (
                shared / contract.domain / f"{contract.dataset}.sql",
                render(
                    "shared.sql.j2",
                    contract=contract,
                    columns=shared_columns(contract),
                    commune=contract.column_with("commune_code"),
                    dated=contract.column_with("recorded_on") or contract.column_with("updated_on"),
                ),
            )
            yield shared / contract.domain / f"{contract.dataset}.yml", _yaml(shared_docs(contract))
    for entity in entities().values():
        for name, form in _unions(entity).items():
            feeding = contracts.feeding(entity.name)
            yield staging / "entities" / f"{name}.sql", render("union.sql.j2", entity=entity, contracts=feeding, **form)
            yield staging / "entities" / f"{name}.yml", _yaml(union_docs(entity, name))
    yield accounting / "int_datasets.sql", render("datasets.sql.j2", contracts=contracts.contracts)
    yield accounting / "int_row_verdicts.sql", render("ops_counts.sql.j2", tables=_verdict_tables(contracts))
    yield accounting / "int_shared_rows.sql", render("ops_counts.sql.j2", tables=_shared_tables(contracts))
    yield staging / "int_build.sql", render("build.sql.j2", model_version=model_version())
    if frozen := freezable(DBT_PROJECT / "models"):
        yield staging / "freezes" / "_frozen_tables__sources.yml", _yaml(freeze_sources(frozen))
    yield staging / "int_row_repairs.sql", render("row_repairs.sql.j2", contracts=_with_text(contracts))
    yield staging / "int_record_keys.sql", render("record_keys.sql.j2", contracts=contracts.contracts)
    missing = [c for c in contracts.contracts if c.detect_missing]
    yield ops / "missing_rows.sql", render("missing.sql.j2", contracts=missing)
    yield ops / "unmapped_values.sql", render("unmapped.sql.j2", columns=_mapped_columns(contracts))
    yield ops / "identifier_repairs.sql", render("identifier_repairs.sql.j2", columns=repairs(contracts))
    crossed = assembly_checks.pairs(contracts)
    yield staging / "checks" / "int_cross_check_pairs.sql", render("cross_check_pairs.sql.j2", pairs=crossed)
    possible = [pair for pair in crossed if pair["is_possible"]]
    yield staging / "checks" / "int_cross_check_findings.sql", render("cross_check_findings.sql.j2", pairs=possible)
    facts = assembly_checks.person_facts(contracts)
    yield staging / "checks" / "int_person_facts.sql", render("person_facts.sql.j2", facts=facts)
    of_bases = assembly_indicators.bases()
    needs = sorted({column for base in of_bases for column in base["needs"]})
    counts = render("indicator_counts.sql.j2", bases=of_bases, needs=needs)
    yield staging / "indicators" / "int_indicator_counts.sql", counts
    register = assembly_indicators.metric_register(settings.province)
    columns = assembly_indicators.REGISTER_COLUMNS
    yield (
        Path("models/metrics/metric_register.sql"),
        render("metric_register.sql.j2", metrics=register, columns=columns),
    )
    provided = [(c.dataset, column.name) for c in contracts.contracts for column in c.columns]
    yield staging / "int_source_columns.sql", render("source_columns.sql.j2", provided=provided)


def _unions(entity: Entity) -> dict[str, dict[str, Any]]:
    """Models that unite an entity's sources: the rows in force with their verdicts, and for a history all rows."""
    judged = {"batch_sequence": "bigint", "row_verdict": "varchar"}
    landed = {"changed_at": "timestamp", "slice": "varchar", "is_missing": "boolean"}
    unions: dict[str, dict[str, Any]] = {
        f"int_{entity.name}": {"model": "staging_table", "tail": judged, "materialized": None}
    }
    if entity.keeps_history:
        unions[f"int_{entity.name}"]["materialized"] = "view"
        unions[f"int_{entity.name}_landed"] = {"model": "typed_table", "tail": landed, "materialized": "view"}
    return unions


def _keeps_history(contract: Contract) -> bool:
    return contract.entity is not None and entities()[contract.entity].keeps_history


def _typed_model(render: Any, contract: Contract, period: str | None) -> bytes:
    """The model of a contract's typed rows, marked with all that decides what is typed from a landed row."""

    def model(typed_by: str) -> bytes:
        text: bytes = render("typed.sql.j2", contract=contract, period=period, kept=True, typed_by=typed_by)
        return text

    digest = hashlib.sha256(model(""))
    for path in (*sorted((DBT_PROJECT / "macros").rglob("*.sql")), DBT_PROJECT / "dbt_project.yml"):
        digest.update(path.read_bytes())
    return model(digest.hexdigest()[:16])


def _renderer() -> Any:
    # dbt's own Jinja is in the text, so ours has square brackets
    environment = Environment(
        loader=FileSystemLoader(DBT_PROJECT / "templates"),
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - SQL, not HTML
    )
    environment.globals.update(
        placeholders=placeholders,
        columns_of=_text_columns,
        raw=_raw,
        typed=_typed,
        column_of=_column_of,
        literal=_literal,
        status_of=status_of,
        linked=linked,
    )

    def render(template: str, **values: Any) -> bytes:
        return environment.get_template(template).render(**values).encode()

    return render


def _yaml(content: dict[str, Any]) -> bytes:
    return yaml.safe_dump({"version": 2, **content}, allow_unicode=True, sort_keys=False, width=110).encode()


# ---------- SQL of one column


def _raw(column: Column) -> str:
    return f"{column.name}_raw" if column.has_raw else column.name


def placeholders(column: Column) -> str:
    """Jinja expression of the texts that mean nothing in a column, for the macro `clean_text`."""
    common = "var('placeholders')"
    if column.logical_type in ("date", "timestamp"):
        common += " + var('date_placeholders')"
    return f"{common} + {list(column.placeholders)!r}" if column.placeholders else common


def _text_columns(contract: Contract) -> list[str]:
    return [c.name for c in contract.landed if c.logical_type == "string"]


def _typed(column: Column) -> str:
    if column.value_map:
        return _mapped(column)
    if column.logical_type == "string":
        return f"{column.name}_raw"
    return f"{{{{ parse_{column.logical_type}('{column.name}_raw') }}}}"


def _mapped(column: Column) -> str:
    lines = []
    for code, texts in column.value_map.items():
        known = ", ".join(sorted({_literal(t.lower()) for t in (code, *texts)}))
        lines.append(f"when lower({column.name}_raw) in ({known}) then {_literal(code)}")
    case = " ".join(lines)
    return f"cast(case {case} end as {column.sql_type})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _column_of(contract: Contract, column: EntityColumn) -> str:
    names = {c.name for c in contract.columns} | {f"{c.name}_raw" for c in contract.columns if c.has_raw}
    return column.name if column.name in names else "null"


# ---------- counts for the books


def _verdict_tables(contracts: ContractSet) -> list[dict[str, str]]:
    return [{"dataset": c.dataset, "model": c.staging_table, "bucket": "row_verdict"} for c in contracts.contracts]


def _shared_tables(contracts: ContractSet) -> list[dict[str, str]]:
    return [{"dataset": c.dataset, "model": c.dataset, "bucket": "'kept'"} for c in contracts.contracts if not c.entity]


def _with_text(contracts: ContractSet) -> list[Contract]:
    return [c for c in contracts.contracts if _text_columns(c)]


def _mapped_columns(contracts: ContractSet) -> list[dict[str, str]]:
    return [
        {"dataset": c.dataset, "name": column.name, "model": c.staging_table}
        for c in contracts.contracts
        for column in c.columns
        if column.value_map
    ]
