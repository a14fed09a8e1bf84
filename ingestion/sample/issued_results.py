"""Results of the one-stop dossiers, as a table that sector databases may record them from."""

from __future__ import annotations

from ingestion.sample.dossier_faults import source_file
from ingestion.sample.dossiers import Dossier, DossierMaker
from ingestion.sample.one_stop_faults import LIST
from ingestion.sample.tables import Context, Table, day_first

COLUMNS = ("MaHoSo", "MaTTHC", "SoKyHieu", "NgayBanHanh", "MaXa")


def issued_results(context: Context, maker: DossierMaker, dossiers: list[Dossier]) -> Table:
    """One row a dossier of the list whose result has a number. It is written nowhere: the list is."""
    table = Table(LIST, source_file(maker, dossiers[0]), COLUMNS, ("MaHoSo",), "MaXa", context)
    for d in dossiers:
        if d.result_number and d.result_issued_on:
            row = table.add(
                MaHoSo=d.code,
                MaTTHC=d.procedure.code,
                SoKyHieu=d.result_number,
                NgayBanHanh=day_first(d.result_issued_on),
                MaXa=d.commune_code,
            )
            row.faulty = d.faulty or d.status not in (9, 10) or d.deleted_at is not None
    return table
