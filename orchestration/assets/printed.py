"""Printed reports: Form 06 and the evaluation of the last whole month, as files."""

from __future__ import annotations

import dagster as dg

from orchestration.keys import PRINTED_REPORTS_KEY
from orchestration.preparation import Prepared


def printed_report_assets(prepared: Prepared, figures: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The step that writes the reports; `figures` are the tables it prints."""

    @dg.asset(
        key=PRINTED_REPORTS_KEY,
        # the books are an input: what does not balance is not printed
        deps=[*figures, dg.AssetKey(["quality", "scores"]), dg.AssetKey(["ops", "row_accounting"])],
        description=(
            "Form 06a and 06b and the evaluation of the last whole month, and of the quarter that ended with it; "
            "files that would not change are left alone."
        ),
        group_name="releases",
        kinds={"excel", "html"},
    )
    def printed_reports() -> dg.MaterializeResult[None]:
        from warehouse.reports import write_last_reports

        written = write_last_reports(prepared.settings)
        return dg.MaterializeResult(
            metadata={
                "files": len(written),
                "new": sum(file.new for file in written),
                "where": dg.MetadataValue.text("\n".join(sorted({str(file.path.parent) for file in written}))),
            }
        )

    return printed_reports
