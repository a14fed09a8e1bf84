"""Unknown columns, values of another type and files that move follow the contract or are refused."""

from __future__ import annotations

import json

import pytest

from ingestion.readers.guards import check_path, check_unchanged
from ingestion.readers.limits import Limits
from tests.files import COLUMNS, LABELS, ROWS, cells, contract_of, extracted, quoted
from warehouse.errors import SourceIncomplete, SourceUnsafe

CHANGED = [[*LABELS[:3], "Số ĐT", "Ghi chú"], ["1", "a", "b", "0900", None], ["2", "a", "b", None, None]]


@pytest.mark.parametrize(
    ("policy", "landed", "rejected", "discarded", "new"),
    [
        ("evolve", 2, 0, 0, ("so_dt", "ghi_chu")),
        ("discard_value", 2, 0, 1, ()),
        ("discard_row", 1, 1, 0, ()),
    ],
)
def test_unknown_columns_follow_the_policy(tmp_path, policy, landed, rejected, discarded, new):
    path = tmp_path / "things.csv"
    path.write_text("\n".join(",".join(c or "" for c in row) for row in CHANGED), encoding="utf-8")
    read, rows, rejects = extracted(
        path, contract_of(tmp_path, columns={**COLUMNS, "d": "D"}, drift={"columns": policy})
    )
    assert (read.rows_landed, read.rows_rejected, read.values_discarded, read.new_columns) == (
        landed,
        rejected,
        discarded,
        new,
    )
    assert read.missing_columns == ("fee", "d")
    if policy == "evolve":
        assert [row["so_dt"] for row in rows] == ["0900", None]
    if policy == "discard_value":
        assert [(r[0], r[2], json.loads(r[3])) for r in rejects if r[0] != "out_of_scope"] == [
            ("discarded_value", 2, {"c3": "0900"})
        ]


@pytest.mark.parametrize(
    ("policy", "landed", "rejected", "discarded"),
    [("freeze", 3, 0, 0), ("evolve", 3, 0, 0), ("discard_value", 3, 0, 2), ("discard_row", 1, 2, 0)],
)
def test_values_of_another_type_follow_the_policy(tmp_path, policy, landed, rejected, discarded):
    path = tmp_path / "things.csv"
    path.write_text(f"{','.join(LABELS)}\n1,a,05/10/2026,1\n2,a,hôm qua,5\n3,a,-,nhiều\n", encoding="utf-8")
    columns = {
        **COLUMNS,
        "received": {"physicalName": "Ngày nhận", "logicalType": "date"},
        "fee": {"physicalName": "Lệ phí", "logicalType": "number"},
    }
    read, rows, rejects = extracted(path, contract_of(tmp_path, columns=columns, drift={"types": policy}))
    assert (read.rows_landed, read.rows_rejected, read.values_discarded) == (landed, rejected, discarded)
    if policy == "discard_value":
        assert cells(rows)[1:] == [["2", "a", None, "5"], ["3", "a", "-", None]]
        assert {r[1] for r in rejects} == {"header", "received is no date", "fee is no number"}


def test_everything_unknown_may_be_left_out_on_purpose(tmp_path):
    path = tmp_path / "things.csv"
    path.write_text(f"{','.join(LABELS)},Khác\n1,a,b,c,d\n", encoding="utf-8")
    assert extracted(path, contract_of(tmp_path, ignored=("*",)))[0].rows_landed == 1


def test_links_that_leave_the_folder_are_refused_and_others_followed(tmp_path):
    (tmp_path / "in").mkdir()
    outside = tmp_path / "things_out.csv"
    outside.write_text(quoted([LABELS, ROWS[0]]), encoding="utf-8")
    contract = contract_of(tmp_path / "in")
    link = tmp_path / "in" / "things_link.csv"
    link.symlink_to(outside)
    with pytest.raises(SourceUnsafe, match="a link that leads out of it"):
        extracted(link, contract)
    link.unlink()
    (tmp_path / "in" / "real.csv").write_text(quoted([LABELS, ROWS[0]]), encoding="utf-8")
    link.symlink_to(tmp_path / "in" / "real.csv")
    (tmp_path / "in" / "batch of things_link.csv").rmdir()
    assert extracted(link, contract)[0].rows_landed == 1


def test_a_file_that_changed_while_it_was_read_is_tried_again(tmp_path):
    path = tmp_path / "things.csv"
    path.write_text(quoted([LABELS, ROWS[0]]), encoding="utf-8")
    contract = contract_of(tmp_path)
    stamp = check_path(path, contract, Limits())
    check_unchanged(path, contract, stamp)
    with path.open("a", encoding="utf-8") as file:
        file.write("x")
    with pytest.raises(SourceIncomplete, match="changed while it was read"):
        check_unchanged(path, contract, stamp)
