"""dbt in two steps: the store (staging, shared, metrics, open data, books), then quality, after the expectations."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    dbt_assets,
)
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.preparation import Prepared

QUALITY = "fqn:kho.quality"
# unit tests belong to `make test`; a production run builds and checks data
BUILD = ["build", "--exclude-resource-type", "unit_test"]
# DuckDB has one writer
POOL = "warehouse"


class Translator(DagsterDbtTranslator):
    """Groups, descriptions and metadata for the assets that dbt builds."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)
        )

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Adds the Vietnamese title."""
        title = dbt_resource_props.get("meta", {}).get("title_vi") or dbt_resource_props.get("config", {}).get(
            "meta", {}
        ).get("title_vi")
        return {**super().get_metadata(dbt_resource_props), **({"title_vi": title} if title else {})}


def store_assets(prepared: Prepared) -> list[dg.AssetsDefinition]:
    """The two dbt steps. Reads the manifest; never parses."""
    options: dict[str, Any] = {
        "manifest": prepared.manifest,
        "dagster_dbt_translator": Translator(),
        "pool": POOL,
    }

    @dbt_assets(name="store", exclude=QUALITY, **options)
    def store(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        build = dbt.cli(BUILD, context=context)
        try:
            yield from build.stream()
        except DagsterDbtCliRuntimeError:
            # a failed test keeps dbt from the books, which name what was lost: they are closed all the same
            skipped = _skipped_by_tests(build)
            if skipped:
                dbt.cli(["run", "--select", " ".join(skipped)], raise_on_error=False).wait()
            raise

    @dbt_assets(name="quality", select=QUALITY, **options)
    def quality(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from dbt.cli(BUILD, context=context).stream()

    return [store, quality]


def _skipped_by_tests(build: DbtCliInvocation) -> list[str]:
    """Models that were not built because a test failed before them; none when a model itself could not be built."""
    results = build.get_artifact("run_results.json")["results"]
    if any(result["status"] == "error" for result in results):
        return []
    skipped = (result["unique_id"].split(".") for result in results if result["status"] == "skipped")
    return [name for kind, _, name, *_ in skipped if kind == "model"]
