"""A service lands like any source: whole, then what is new, and nothing when nothing is."""

from __future__ import annotations

import duckdb
import pytest

from ingestion.current import current_rows
from ingestion.history import read_history
from ingestion.landing import land
from tests.api_server import serving
from tests.contracts import make_contract
from warehouse.settings import Settings

QUICK = {"backoffSeconds": 0.01, "maxBackoffSeconds": 0.05, "attempts": 2, "timeoutSeconds": 5}


class Dossiers:
    """A service that gives the dossiers changed since a moment, two a page."""

    def __init__(self):
        self.rows = [{"MaHoSo": f"{i:03}", "NgayCapNhat": f"2026-05-0{i} 08:00:00", "Phi": 0.10} for i in (1, 2, 3)]
        self.down = False

    def __call__(self, request):
        if self.down:
            request.answer({"error": "bảo trì"}, status=503)
            return
        since, page = request.parameters.get("tuNgay", ""), int(request.parameters["page"])
        new = [row for row in self.rows if row["NgayCapNhat"].replace(" ", "T") >= since[:19]]
        request.answer({"data": new[2 * (page - 1) : 2 * page]})


@pytest.fixture
def dossiers():
    return Dossiers()


@pytest.fixture
def service(dossiers):
    with serving(dossiers) as running:
        yield running


@pytest.fixture
def contract(tmp_path, service):
    properties = {
        "recordsPath": "data",
        "pagination": {"type": "page", "sizeParameter": "size", "size": 2},
        "sinceParameter": "tuNgay",
        "limits": QUICK,
    }
    return make_contract(
        tmp_path,
        columns={
            "code": "MaHoSo",
            "updated_at": {"physicalName": "NgayCapNhat", "logicalType": "timestamp"},
            "fee": "Phi",
        },
        keys=("code",),
        server={
            "server": "live",
            "type": "api",
            "location": service.url,
            "customProperties": [{"property": k, "value": v} for k, v in properties.items()],
        },
        mode="incremental",
        watermark={"column": "updated_at", "overlap": "1h"},
    )


def test_a_service_lands_whole_then_what_is_new(tmp_path, contract, dossiers, service):
    settings = Settings(home=tmp_path / "home", as_of="2026-11-02")
    first = land(settings, contract)
    assert first.rows_landed == 3, first.message
    assert land(settings, contract).state == "unchanged"
    assert service.requests[-1].parameters["tuNgay"].startswith("2026-05-03T07:00:00")
    dossiers.rows += [{"MaHoSo": "004", "NgayCapNhat": "2026-05-09 08:00:00", "Phi": 1200}]
    dossiers.rows[0]["NgayCapNhat"] = "2026-05-10 08:00:00"
    assert land(settings, contract).rows_landed == 3, "two that are new, and one of the overlap"
    rows = duckdb.execute(f"select code, fee from ({current_rows(settings, contract)}) order by 1").fetchall()
    assert rows == [("001", "0.1"), ("002", "0.1"), ("003", "0.1"), ("004", "1200")]


def test_a_service_that_is_down_is_late_and_nothing_lands(tmp_path, contract, dossiers):
    settings = Settings(home=tmp_path / "home", as_of="2026-11-02")
    dossiers.down = True
    attempt = land(settings, contract)
    assert (attempt.state, attempt.is_transient) == ("late", True)
    assert read_history(settings, contract).batches == ()
    dossiers.down = False
    first = land(settings, contract)
    assert first.rows_landed == 3, first.message
