"""Repairs of text from a file to `ops.repairs`: counted by batch, column and kind, without a value."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest

from ingestion.batches import dataset_folder
from ingestion.landing import land
from ingestion.text import convert
from tests.contracts import make_contract
from tests.dbt_home import dbt_build
from warehouse.connections import connect_memory, connect_warehouse
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


def test_every_repair_is_counted_with_an_example_row(tmp_path):
    settings = Settings(home=tmp_path / "home", as_of=dt.date(2026, 11, 2))
    decomposed = unicodedata.normalize("NFD", "Quế Sơn")
    lines = ["1,Hµ Néi,tốt", f"2,§µ N½ng,{decomposed}", f"3,HuÕ,  {decomposed}", "4,Long An,không rõ", "5,Hội An,tốt"]
    (tmp_path / "things.csv").write_text("\n".join(["Mã,Tên,Ghi chú", *lines]), encoding="utf-8")
    contract = make_contract(tmp_path, columns={"code": "Mã", "name": "Tên", "note": "Ghi chú"}, keys=("code",))
    batch = dataset_folder(settings, contract) / land(settings, contract).landed[0].batch_id
    with connect_memory() as connection:
        convert(connection, batch, contract)
    dbt_build(settings, ContractSet((contract,), ()), "--select", "+repairs", "--exclude-resource-type", "unit_test")
    with connect_warehouse(settings.warehouse) as connection:
        found = connection.execute(
            "select batch_id, column_name, stage, kind, row_count, example_row from ops.repairs order by all"
        ).fetchall()
    assert found == [
        (batch.name, "name", "landing", "tcvn3_to_unicode", 3, 2),
        (batch.name, "note", "staging", "nfc", 2, 3),
        (batch.name, "note", "staging", "spaces", 1, 4),
    ]
