"""dbt in two steps: the store (staging, shared, metrics, open data, books), then quality, after the expectations."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

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
        yield from dbt.cli(BUILD, context=context).stream()

    @dbt_assets(name="quality", select=QUALITY, **options)
    def quality(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from dbt.cli(BUILD, context=context).stream()

    return [store, quality]
