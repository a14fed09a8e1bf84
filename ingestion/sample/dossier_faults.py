"""Faults of dossiers that the flags S1-S6 and A1-A10 must find (domain notes 2.9).

Every plant turns a clean, settled dossier into one that breaks exactly the rules it is recorded for.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from ingestion.sample.dossiers import MONTHS, SUPPLEMENT, Dossier, DossierMaker
from ingestion.sample.truth import GroundTruth

LAST = MONTHS - 1
Test = Callable[[Dossier], bool]
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def settled(dossier: Dossier) -> bool:
    """Finished on the software, in time, with neither apology nor supplement."""
    return dossier.status in (9, 10) and not dossier.apology_on and not dossier.rounds


def handed_over(dossier: Dossier) -> bool:
    """Settled, and the result is with the applicant."""
    return settled(dossier) and dossier.status == 10


class Planter:
    """Takes clean dossiers one by one and plants faults in them; none gets two plants."""

    def __init__(
        self, maker: DossierMaker, dossiers: list[Dossier], truth: GroundTruth, rng: random.Random, count: int
    ) -> None:
        self.maker, self.truth, self.rng, self.count = maker, truth, rng, count
        self.clock, self.as_of, self.now = maker.clock, maker.as_of, maker.now
        self.dossiers = dossiers
        self._pool = list(dossiers)
        rng.shuffle(self._pool)
        self._left = Counter(d.commune_code for d in dossiers)

    def take(self, count: int, test: Test) -> Iterator[Dossier]:
        """The next clean dossiers that pass a test, from communes that have enough of them."""
        found = 0
        for dossier in self._pool:
            if found == count:
                return
            if dossier.faulty or self._left[dossier.commune_code] < 5 or not test(dossier):
                continue
            dossier.faulty = True
            self._left[dossier.commune_code] -= 1
            found += 1
            yield dossier
        if found < count:
            raise ValueError(f"only {found} of {count} dossiers can take the fault: give the sample more rows")

    def flag(self, dossier: Dossier, rules: str, note: str) -> None:
        """Record that a dossier must be flagged by each of the rules."""
        for rule in rules.split():
            self.truth.plant(
                rule, "dossiers", rule, lambda: (dossier.code, place(dossier), source_file(self.maker, dossier)), note
            )

    def plant_all(self) -> None:
        """Plant every kind of fault, `count` times each."""
        self._piles()
        self._statistics_errors()
        self._early_or_wrongly_closed()
        self._due_dates()
        self._entry()
        self._late()
        self._duplicates()
        self._order()

    def _reopened(self, dossier: Dossier, status: int) -> Dossier:
        """Take the end away from a dossier: it is still in the last export."""
        dossier.finished_at = dossier.returned_at = dossier.result_issued_on = None
        dossier.result_number = dossier.result_file = None
        dossier.status, dossier.last_month = status, LAST
        return dossier

    def _old(self, dossier: Dossier) -> bool:
        return settled(dossier) and dossier.procedure.days > 0 and dossier.last_month < LAST - 1

    def _statistics_errors(self) -> None:
        for d in self.take(self.count, lambda d: settled(d) and d.procedure.service_level == 2):
            d.channel = 2
            self.flag(d, "S1", "thủ tục cung cấp thông tin nhưng nộp trực tuyến")
        for d in self.take(self.count, lambda d: settled(d) and d.channel == 1):
            d.received_at = None
            self.flag(d, "S2", "không có ngày nhận")
        for d in self.take(self.count, handed_over):
            d.finished_at = None
            self.flag(d, "S3", "đã trả kết quả, không có ngày kết thúc")
        for d in self.take(self.count, lambda d: settled(d) and d.channel == 1):
            self._reopened(d, 2)
            d.received_at = self.clock.moment(self.rng, self.clock.shift(self.as_of, self.rng.randint(3, 25)))
            d.due_at = self.maker.due(d.procedure, d.received_at)
            self.flag(d, "S4", "ngày nhận sau ngày chốt")
        for d in self.take(self.count, lambda d: settled(d) and d.received_at is not None):
            d.finished_at = self.clock.moment(self.rng, self.clock.shift(self.as_of, self.rng.randint(2, 15)))
            d.due_at, d.returned_at, d.status, d.last_month = d.finished + DAY, None, 9, LAST
            self.flag(d, "S5", "ngày kết thúc sau ngày chốt")
        for d in self.take(self.count, lambda d: handed_over(d) and d.channel == 1 and d.last_month < LAST):
            d.received_at = self.clock.moment(self.rng, self.clock.shift(d.finished.date(), 2))
            d.due_at, d.result_issued_on = self.maker.due(d.procedure, d.received_at), d.received.date()
            self.flag(d, "S6 A10", "kết thúc trước khi nhận")

    def _early_or_wrongly_closed(self) -> None:
        for d in self.take(self.count, lambda d: settled(d) and d.procedure.has_result):
            d.result_number = d.result_file = d.result_issued_on = None
            self.flag(d, "A1", "kết thúc không có kết quả")
        for d in self.take(self.count, lambda d: settled(d) and d.procedure.has_result):
            d.result_file = d.input_file
            self.flag(d, "A1", "tệp kết quả là tệp đầu vào")
        for n, d in enumerate(self.take(self.count, lambda d: self._old(d) and d.channel == 1)):
            self._reopened(d, (5, 6)[n % 2])
            d.supplement_requested_at, d.rounds = d.received + HOUR, 1 - n % 2
            self.flag(d, "A2", "dừng không có lý do")
        for d in self.take(self.count, lambda d: settled(d) and d.channel == 2):
            self._reopened(d, 3)
            d.received_at = d.due_at = None
            d.last_month = d.first_month
            self.flag(d, "A2", "từ chối không có lý do")
        for d in self.take(self.count, self._old):
            self._reopened(d, 8)
            d.supplement_requested_at, d.pause_reason = d.received + HOUR, "Chờ ý kiến của cơ quan phối hợp"
            self.flag(d, "A2", "dừng xử lý quá lâu")

    def _due_dates(self) -> None:
        months = self.maker.months

        def seen_open(d: Dossier) -> bool:
            return bool(
                settled(d) and d.first_month < LAST and d.received_at and d.received.date() <= months[d.first_month][1]
            )

        for d in self.take(self.count, lambda d: seen_open(d) and d.last_month > d.first_month):
            d.due_before, d.due_at = (
                d.due_at,
                dt.datetime.combine(self.clock.shift(d.due.date(), 10), d.due.time()),
            )
            d.due_moved_at = dt.datetime.combine(months[d.last_month][0], self.clock.opening)
            self.flag(d, "A3", "lùi ngày hẹn, không yêu cầu bổ sung")
        for d in self.take(self.count, seen_open):
            self._reopened(d, 4)
            d.due_before, d.due_at = d.due_at, self.clock.moment(self.rng, self.clock.shift(self.as_of, 10))
            d.due_moved_at = dt.datetime.combine(months[LAST][0], self.clock.opening)
            self.flag(d, "A3", "lùi ngày hẹn của hồ sơ đang xử lý")
        for n, d in enumerate(self.take(self.count, self._old)):
            self._reopened(d, (5, 6)[n % 2])
            d.pause_reason, d.rounds = SUPPLEMENT, 1 - n % 2
            d.supplement_requested_at = self.clock.moment(self.rng, self.clock.shift(d.due.date(), 3))
            self.flag(d, "A4", "yêu cầu bổ sung sau ngày hẹn trả")
        for d in self.take(self.count, lambda d: settled(d) and d.procedure.days > 0):
            d.rounds, d.supplement_requested_at, d.pause_reason = 2, d.received + HOUR, SUPPLEMENT
            self.flag(d, "A4", "yêu cầu bổ sung hơn một lần")
        for d in self.take(self.count, settled):
            d.due_at = None
            self.flag(d, "A7", "không có ngày hẹn trả")

    def _entry(self) -> None:
        for d in self.take(self.count, settled):
            d.result_issued_on = d.received.date() - self.rng.randint(1, 5) * DAY
            self.flag(d, "A5", "kết quả ban hành trước ngày nhận")
        for d in self.take(self.count, settled):
            d.finished_at = d.received + dt.timedelta(seconds=self.rng.randint(20, 200))
            d.result_issued_on = d.finished.date()
            self.flag(d, "A5", "nhận và kết thúc trong vài phút")

    def _piles(self) -> None:
        usual = Counter(d.agency.code for d in self.dossiers if settled(d) and not d.faulty and d.first_month < LAST)
        for agency, _ in usual.most_common(1 if self.count < 10 else 2):
            self._entered_at_once(agency)

    def _entered_at_once(self, agency: str) -> None:
        """A pile of paper typed in one evening: one moment of reception for all."""
        pile = list(self.take(14, lambda d: settled(d) and d.agency.code == agency and d.first_month < LAST))
        moment = self.clock.moment(self.rng, self.clock.shift(self.maker.months[4][0], 6))
        for d in pile:
            d.channel, d.receive_by_at = 1, None
            d.code, d.first_month = self.maker.code(d.agency, moment.date()), 4
            d.status = 4
            self.maker.settle(d, moment, plain=True)
            self.flag(d, "A5", "nhập dồn cùng một thời điểm")

    def _late(self) -> None:
        def late(d: Dossier) -> bool:
            return bool(d.status in (9, 10) and d.apology_on and not d.rounds)

        for d in self.take(self.count, late):
            d.apology_on = None
            self.flag(d, "A6", "trễ hẹn, không có văn bản xin lỗi")
        for n, d in enumerate(self.take(self.count, late)):
            d.apology_on = d.due.date() + (n % 2) * DAY
            self.flag(d, "A6", "văn bản xin lỗi không trước ngày hẹn trả")
        for d in self.take(self.count, self._old):
            self._reopened(d, 4)
            self.flag(d, "A6", "đang xử lý, đã quá hạn, không xin lỗi")
        for d in self.take(self.count, self._old):
            self._reopened(d, 4)
            d.deleted_at = self.clock.moment(self.rng, self.clock.shift(d.due.date(), 2))
            d.apology_on, d.last_month = d.received.date(), self.maker.month_of(d.deleted_at.date())
            self.flag(d, "A9", "xóa khi đã quá hạn")

    def _duplicates(self) -> None:
        for d in self.take(self.count, lambda d: handed_over(d) and d.channel == 1 and d.applicant_kind == 1):
            twin = replace(d, code=self.maker.code(d.agency, d.received.date()), literal={})
            twin.input_file = f"{twin.code}_dau_vao.pdf"
            self.maker.settle(twin, self.clock.moment(self.rng, d.received.date()), plain=True)
            self.dossiers.append(twin)
            self.flag(d, "A8", "một hồ sơ, hai mã")
            self.flag(twin, "A8", "một hồ sơ, hai mã")
        others = list(self.take(self.count, settled))
        for d, other in zip(list(self.take(self.count, settled)), others, strict=True):
            d.alias = other.code
            self.flag(d, "A8", "mã khác trùng mã của hồ sơ khác")

    def _order(self) -> None:
        for d in self.take(self.count, lambda d: settled(d) and d.channel == 1):
            d.submitted_at = d.received + DAY
            self.flag(d, "A10", "nộp sau khi nhận")
        for d in self.take(self.count, handed_over):
            d.returned_at = d.finished - DAY
            self.flag(d, "A10", "trả trước khi kết thúc")
        for d in self.take(self.count, lambda d: settled(d) and d.channel == 2):
            d.receive_by_at = d.received - HOUR
            self.flag(d, "A10", "nhận quá hạn tiếp nhận")


def place(dossier: Dossier) -> str:
    """Commune code of the list as written in the file."""
    return dossier.literal.get("Mã xã địa bàn", dossier.commune_code)


def source_file(maker: DossierMaker, dossier: Dossier) -> str:
    """The export with the dossier's last state."""
    return f"one_stop/danh_sach_ho_so_{maker.months[dossier.last_month][0]:%Y_%m}.csv"
