"""Reports: one mail an owner and cycle."""

import dagster as dg
from dagster import AssetExecutionContext

from orchestration.keys import MAIL_KEY
from orchestration.preparation import Prepared


def report_assets(prepared: Prepared) -> dg.AssetsDefinition:
    """The step that writes or sends the mails."""

    @dg.asset(
        key=MAIL_KEY,
        deps=[dg.AssetKey(["quality", name]) for name in ("rule_results", "failing_rows", "completeness", "scores")],
        description="One message an owner: score, what is missing by commune and field, a workbook of the rows to fix.",
        group_name="reports",
        kinds={"email", "excel"},
    )
    def mails(context: AssetExecutionContext) -> dg.MaterializeResult[None]:
        from expectations.mail import send_reports

        records = send_reports(prepared.settings, prepared.contracts, context.run_id)
        return dg.MaterializeResult(
            metadata={
                "mails": len(records),
                "new": sum(not r.already_sent for r in records),
                "where": dg.MetadataValue.text("\n".join(sorted({r.location for r in records}))),
            }
        )

    return mails
