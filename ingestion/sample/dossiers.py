"""Dossiers without a fault: received in office hours, settled in time or with an apology in time."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field

from ingestion.sample.clock import WorkClock, months_before
from ingestion.sample.habits import USUAL, Habits
from ingestion.sample.people import People, Person
from ingestion.sample.province import Agency, Commune, Procedure, Province
from warehouse.profile import Profile

MONTHS = 10
PROVINCE_SHARE = 0.15
REGISTER_SHARE = 0.15
# certifications at the counter, which communes still write into the register
REGISTER_PROCEDURES = ("2.000635", "2.001035", "2.000942", "2.001019")
LATE_SHARE = 0.085
APOLOGY_MINIMUM_DAYS = 3
REFUSAL = "Hồ sơ không thuộc thẩm quyền giải quyết"
SUPPLEMENT = "Thiếu bản sao giấy tờ kèm theo"
STOP = "Chờ ý kiến của cơ quan phối hợp"


@dataclass
class Dossier:
    """A dossier in its last state; earlier states are derived from it month by month.

    `first_month` and `last_month` are the monthly exports it appears in. `due_before` is the
    promised date until `due_moved_at`. `literal` replaces the text of a cell in the last state.
    """

    code: str
    agency: Agency
    procedure: Procedure
    commune_code: str
    channel: int
    applicant: Person
    applicant_kind: int
    submitted_at: dt.datetime
    first_month: int
    last_month: int
    status: int = 1
    receive_by_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    due_before: dt.datetime | None = None
    due_moved_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    supplement_requested_at: dt.datetime | None = None
    rounds: int = 0
    pause_reason: str | None = None
    apology_on: dt.date | None = None
    deleted_at: dt.datetime | None = None
    result_number: str | None = None
    result_issued_on: dt.date | None = None
    result_file: str | None = None
    input_file: str | None = None
    alias: str | None = None
    habits: Habits = USUAL
    faulty: bool = False
    literal: dict[str, str] = field(default_factory=dict)

    @property
    def received(self) -> dt.datetime:
        """When it was received; for dossiers that were."""
        return _there(self.received_at)

    @property
    def due(self) -> dt.datetime:
        """When it is promised; for dossiers that have a promise."""
        return _there(self.due_at)

    @property
    def finished(self) -> dt.datetime:
        """When it was finished; for dossiers that were."""
        return _there(self.finished_at)


def _there(moment: dt.datetime | None) -> dt.datetime:
    if moment is None:
        raise ValueError("a dossier without this moment was taken for one that has it")
    return moment


class DossierMaker:
    """Makes dossiers of a province over the ten months before the as-of day."""

    def __init__(
        self,
        province: Province,
        profile: Profile,
        as_of: dt.date,
        rng: random.Random,
        silent: frozenset[str],
        habits: dict[str, Habits],
    ) -> None:
        self.province, self.rng, self.as_of, self.habits = province, rng, as_of, habits
        self.months = months_before(as_of, MONTHS)
        self.clock = WorkClock(profile, self.months[0][0] - dt.timedelta(days=120), as_of + dt.timedelta(days=400))
        self.people = People(rng)
        self.now = dt.datetime.combine(self.months[-1][1], dt.time(23, 59, 59))
        self._sequence: Counter[tuple[str, dt.date]] = Counter()
        self.communes = [c for c in province.communes if c.code not in silent]
        self._weights = [c.weight for c in self.communes]
        self._days = [self.clock.worked(first, last) for first, last in self.months]
        self._local = [p for p in province.procedures if p.level == "commune"]
        self._central = [p for p in province.procedures if p.level == "province"]
        self._counter = [p for p in self._local if p.code in REGISTER_PROCEDURES]

    def month_of(self, day: dt.date) -> int:
        """Index of the sample month a day lies in, held inside the ten months."""
        first = self.months[0][0]
        index = (day.year - first.year) * 12 + day.month - first.month
        return min(max(index, 0), MONTHS - 1)

    def code(self, agency: Agency, day: dt.date) -> str:
        """The next dossier code of an agency on a day: unit, yymmdd, number within the day."""
        self._sequence[agency.code, day] += 1
        return f"{agency.code}-{day:%y%m%d}-{self._sequence[agency.code, day]:04d}"

    def listed(self, count: int) -> list[Dossier]:
        """Dossiers of the software's list; every commune but the silent ones has at least two."""
        places = self.communes * 2
        places += self.rng.choices(self.communes, self._weights, k=max(count - len(places), 0))
        return [self._dossier(place, number < len(self.communes) * 2) for number, place in enumerate(places)]

    def registered(self, count: int) -> list[Dossier]:
        """Counter dossiers of the communes' register: received and settled, nothing in between."""
        made = []
        for place in self.rng.choices(self.communes, self._weights, k=count):
            day = self._day()
            dossier = self._blank(place, self.province.one_stop_of[place.code], self.rng.choice(self._counter), day, 1)
            self.settle(dossier, self.clock.moment(self.rng, day))
            made.append(dossier)
        return made

    def _day(self) -> dt.date:
        return self.rng.choice(self._days[self.rng.randrange(MONTHS)])

    def _dossier(self, place: Commune, local: bool) -> Dossier:
        rng = self.rng
        if local or rng.random() > PROVINCE_SHARE:
            agency, procedure = self.province.one_stop_of[place.code], rng.choice(self._local)
        else:
            agency, procedure = rng.choice(self.province.departments[1:]), rng.choice(self._central)
        online = procedure.service_level > 2 and rng.random() < self.habits[agency.code].filed_online
        day = self._day()
        if not online:
            dossier = self._blank(place, agency, procedure, day, 3 if rng.random() < 0.05 else 1)
            self.settle(dossier, self.clock.moment(rng, day))
            return dossier
        submitted = dt.datetime.combine(day, dt.time(6)) + dt.timedelta(seconds=rng.randrange(15 * 3600))
        dossier = self._blank(place, agency, procedure, day, 2)
        dossier.submitted_at = submitted
        closing = self.clock.closing
        late_evening = submitted.time() >= dt.time(15)
        received_day = self.clock.shift(day, 1) if late_evening else day
        received = self.clock.moment(
            rng, received_day, None if late_evening else max(submitted.time(), self.clock.opening)
        )
        dossier.receive_by_at = dt.datetime.combine(self.clock.shift(day, 1), closing)
        if received > self.now:
            return dossier
        if rng.random() < 0.02:
            dossier.status, dossier.pause_reason, dossier.last_month = 3, REFUSAL, dossier.first_month
            return dossier
        self.settle(dossier, received)
        return dossier

    def _blank(self, place: Commune, agency: Agency, procedure: Procedure, day: dt.date, channel: int) -> Dossier:
        kind = self.rng.choices((1, 2, 4), (88, 10, 2))[0]
        return Dossier(
            code=self.code(agency, day),
            agency=agency,
            procedure=procedure,
            commune_code=place.code,
            channel=channel,
            applicant=self.people.adult(day),
            applicant_kind=kind,
            submitted_at=dt.datetime.combine(day, self.clock.opening),
            first_month=self.month_of(day),
            last_month=MONTHS - 1,
            habits=self.habits[agency.code],
        )

    def settle(self, dossier: Dossier, received: dt.datetime, *, plain: bool = False) -> None:
        """Let a dossier run from its reception on; `plain` settles it in time without detours."""
        if dossier.channel != 2:
            dossier.submitted_at = received
        dossier.received_at = received
        dossier.due_at = self.due(dossier.procedure, received)
        dossier.input_file = f"{dossier.code}_dau_vao.pdf"
        fate = 1.0 if plain else self.rng.random()
        days = dossier.procedure.days
        if days >= APOLOGY_MINIMUM_DAYS and fate < LATE_SHARE:
            self._finish_late(dossier)
        elif days >= APOLOGY_MINIMUM_DAYS and fate < LATE_SHARE + 0.03:
            self._supplement(dossier)
            self._finish(dossier)
        else:
            self._finish(dossier)
            if fate > 0.985 and not plain and dossier.finished_at:
                dossier.status = 7
        self.close(dossier)

    def due(self, procedure: Procedure, received: dt.datetime) -> dt.datetime:
        """The promised moment: whole working days later at the same time, or the end of the day."""
        if procedure.days:
            return dt.datetime.combine(self.clock.shift(received.date(), procedure.days), received.time())
        late = received.time() > dt.time(15, 30)
        return dt.datetime.combine(self.clock.shift(received.date(), 1 if late else 0), self.clock.closing)

    def _finish(self, dossier: Dossier) -> None:
        start = dossier.supplement_requested_at or dossier.received
        dossier.finished_at = self.clock.between(self.rng, start + dt.timedelta(minutes=10), dossier.due)

    def _finish_late(self, dossier: Dossier) -> None:
        due = dossier.due.date()
        dossier.finished_at = self.clock.moment(self.rng, self.clock.shift(due, self.rng.randint(1, 6)))
        dossier.apology_on = self._apology(dossier)

    def _apology(self, dossier: Dossier) -> dt.date:
        """A day before the promised one on which the apology could be signed."""
        latest = min(dossier.due.date() - dt.timedelta(days=1), self.now.date())
        return max(dossier.received.date(), self.clock.on_or_before(latest))

    def _supplement(self, dossier: Dossier) -> None:
        """One lawful round: asked for before the promised day, which moves with it."""
        asked_day = self.clock.shift(dossier.received.date(), 1)
        dossier.supplement_requested_at = self.clock.moment(self.rng, asked_day)
        dossier.rounds, dossier.pause_reason = 1, SUPPLEMENT
        dossier.due_before, dossier.due_moved_at = dossier.due_at, dossier.supplement_requested_at
        dossier.due_at = dt.datetime.combine(self.clock.shift(dossier.due.date(), 5), dossier.due.time())

    def close(self, dossier: Dossier) -> None:
        """Set status, result, hand-over and last export from the moment the dossier was finished."""
        if dossier.finished > self.now:
            self.reopen(dossier)
            return
        if dossier.status == 7:
            dossier.last_month = self.month_of(dossier.finished.date())
            return
        number = int(dossier.code.rsplit("-", 1)[1])
        dossier.result_number = f"{number}/{dossier.finished:%y%m%d}/GCN-{dossier.agency.code.rsplit('.', 1)[-1]}"
        dossier.result_issued_on = dossier.finished.date()
        dossier.result_file = f"{dossier.code}_ket_qua.pdf"
        handed = self.clock.moment(self.rng, self.clock.shift(dossier.finished.date(), self.rng.randint(1, 3)))
        dossier.returned_at = handed if handed <= self.now and self.rng.random() < 0.9 else None
        dossier.status = 10 if dossier.returned_at else 9
        dossier.last_month = self.month_of((dossier.returned_at or dossier.finished).date())

    def reopen(self, dossier: Dossier) -> None:
        """Make a dossier one that is still open, with everything an open one needs."""
        dossier.finished_at = dossier.returned_at = dossier.result_issued_on = None
        dossier.result_number = dossier.result_file = None
        dossier.last_month = MONTHS - 1
        dossier.status = 2 if self.rng.random() < 0.2 else 4
        if dossier.supplement_requested_at and dossier.supplement_requested_at > self.now:
            dossier.due_at, dossier.due_before, dossier.due_moved_at = dossier.due_before, None, None
            dossier.supplement_requested_at, dossier.rounds, dossier.pause_reason = None, 0, None
        if dossier.rounds == 0 and dossier.apology_on is None and self.rng.random() < 0.3:
            self._pause(dossier)
        if dossier.status in (2, 4) and dossier.due.date() <= self.as_of and dossier.apology_on is None:
            dossier.apology_on = self._apology(dossier)

    def _pause(self, dossier: Dossier) -> None:
        asked = dossier.received + dt.timedelta(hours=1)
        if asked > min(self.now, dossier.due) or (self.as_of - asked.date()).days > 25:
            return
        dossier.status = self.rng.choice((5, 6, 8))
        dossier.supplement_requested_at = asked
        dossier.pause_reason = {5: SUPPLEMENT, 6: "Chờ nộp nghĩa vụ tài chính", 8: STOP}[dossier.status]
        dossier.rounds = 1 if dossier.status == 5 else 0
