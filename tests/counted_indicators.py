"""Indicators counted one by one in plain Python, to hold the store's SQL against."""

from __future__ import annotations

import datetime as dt
from collections import Counter

AS_OF = dt.date(2026, 11, 2)
# agency -> the one above it
AGENCIES = {
    "H1": None, "H1.1": "H1", "H1.2": "H1", "H1.14": "H1", "H1.1.1": "H1.1", "H1.1.2": "H1.1", "H1.1.1.9": "H1.1.1",
}  # fmt: skip
COMMUNES = ("20194", "20197", "20200")
PROCEDURES = {
    # code -> (service level, fee, obligation, from, to, in a published catalogue)
    "1.000001": (4, 0, None, "2024-01-01", None, True),
    "1.000002": (3, 50_000, False, "2024-01-01", None, True),
    "1.000003": (2, None, True, "2024-01-01", "2026-08-31", True),
    "1.000004": (None, None, None, "2024-01-01", None, True),
    "1.000005": (4, 10_000, None, "2024-01-01", None, True),
    "TS.01": (4, 0, None, "2024-01-01", None, False),
}
HANDED_OVER = [
    ("1.000001", "commune", "2026-08-10"),
    ("1.000002", "district", "2026-07-01"),
    ("1.000002", "commune", "2026-09-15"),
]
COLUMNS = (
    "fee_amount", "input_digitised", "input_from_national_store", "input_reused", "is_synchronised", "online_payment",
    "population_data_used", "result_digitised", "result_file",
)  # fmt: skip
LIMITS = {"ministry": (20, 10), "province": (5, 5)}


def periods():
    """(type, first day, last day, last counted day) of May to November 2026."""
    months = [("month", dt.date(2026, m, 1), dt.date(2026, m + 1, 1) - dt.timedelta(1)) for m in range(5, 12)]
    longer = [
        ("quarter", dt.date(2026, 4, 1), dt.date(2026, 6, 30)),
        ("quarter", dt.date(2026, 7, 1), dt.date(2026, 9, 30)),
        ("quarter", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("half_year", dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        ("half_year", dt.date(2026, 7, 1), dt.date(2026, 12, 31)),
        ("year", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ]
    return [(kind, first, last, min(last, AS_OF)) for kind, first, last in months + longer]


def working_days(day):
    """Number of a day when every day but Saturday and Sunday is worked."""
    weeks, rest = divmod((day - dt.date(2024, 1, 1)).days, 7)
    return 5 * weeks + min(rest + 1, 5)


def units_of(agency, commune):
    """Every unit that has what an agency received for a commune."""
    above, found = agency, {("province", "H1"), ("commune", commune or "khong_ro")}
    if agency is None:
        found.add(("agency", "khong_ro"))
    while above is not None:
        if above != "H1":
            found.add(("agency", above))
        above = AGENCIES[above]
    return found


def late(end, limit):
    by_day = dt.time() in (end.time(), limit.time())
    return end.date() > limit.date() if by_day else end > limit


def facts_of(dossier, first, until):
    """What the indicators ask of a dossier in a period; None when it is not in it."""
    if dossier["deleted_at"] or dossier["vanished_at"] or dossier["received_at"] is None or dossier["status"] in (1, 3):
        return None
    status = dossier["status"] or (9 if dossier["finished_at"] else 4)
    received = dossier["received_at"].date()
    end = None
    if status in (7, 8, 9, 10):
        end = dossier["finished_at"] or dossier["returned_at"]
    if status == 8:
        end = end or dossier["supplement_requested_at"]
    ended_on = max(end.date(), received) if end else None
    if received > until or (ended_on and ended_on < first):
        return None
    is_ended = ended_on is not None and ended_on <= until
    limit = dossier["due_at"] or dossier["due_at_computed"]
    if limit is None or (dossier["supplement_rounds"] or 0) > 1:
        on_time = False
    else:
        on_time = not late(end, limit) if is_ended else limit.date() >= until
    handed = [day for code, _, day in HANDED_OVER if code == dossier["procedure_code"]]
    return {
        "received": received >= first, "ended": is_ended, "status": status,
        "settled": is_ended and status in (7, 9, 10),
        "on_time": on_time, "handed_over": any(received >= dt.date.fromisoformat(day) for day in handed),
    }  # fmt: skip


def answers(dossier, facts):
    """Indicator -> whether the dossier counts: True or False of the denominator, "?" when its source does not tell."""
    told = dossier["dataset"] == "whole"
    yes = {name: bool(dossier[name]) for name in COLUMNS[1:8] if name != "is_synchronised"}
    expected, file = dossier["is_result_expected"], dossier["has_result_file"]
    online, fee = dossier["channel"] == 2, dossier["fee_amount"] or 0
    found = {"settled_on_time": facts["on_time"]}
    if facts["received"]:
        found["settled_on_time_published"] = facts["ended"] and facts["on_time"]
        found["dossiers_of_decentralised_procedures"] = facts["handed_over"]
        found["input_digitised"] = yes["input_digitised"] if told else "?"
        found["input_reused"] = (yes["input_digitised"] and yes["input_reused"]) if told else "?"
        from_store = yes["input_digitised"] and yes["input_reused"] and yes["input_from_national_store"]
        found["input_from_national_store"] = from_store if told else "?"
        found["population_data_used"] = yes["population_data_used"] if told else "?"
        found["synchronised"] = bool(dossier["is_synchronised"]) if told else "?"
        if dossier["service_level"] in (3, 4):
            found["online_filing"] = online
        if not told:
            found["online_filing_with_result"] = found["online_payment"] = "?"
        else:
            if dossier["service_level"] in (3, 4):
                found["online_filing_with_result"] = online and (file or not expected)
            if fee > 0:
                found["online_payment"] = yes["online_payment"]
    if facts["settled"]:
        found["result_digitised"] = (yes["result_digitised"] or not expected) if told else "?"
        both = yes["input_digitised"] and (yes["result_digitised"] or not expected)
        found["fully_digitised"] = both if told else "?"
        if facts["status"] in (9, 10) and not told:
            found["electronic_result"] = "?"
        elif facts["status"] in (9, 10) and expected:
            found["electronic_result"] = file
    return found


def procedures_of(dossiers, first, until):
    """Unit -> procedure -> what its dossiers received in the period say: online, paid online, with a fee."""
    found = {}
    for dossier in dossiers:
        facts = facts_of(dossier, first, until)
        code = dossier["procedure_code"] or (dossier["procedure_code_raw"] or "").upper()
        if facts and facts["received"] and code:
            for unit in units_of(dossier["receiving_agency_code"], dossier["commune_code_current"]):
                said = found.setdefault(unit, {}).setdefault(code, set())
                said |= {"handled"}
                said |= {"online"} if dossier["channel"] == 2 else set()
                said |= {"paid"} if dossier["online_payment"] else set()
                said |= {"fee"} if (dossier["fee_amount"] or 0) > 0 else set()
    return found


def listed_on(day):
    iso = day.isoformat()
    return {
        code: facts for code, facts in PROCEDURES.items() if facts[3] <= iso and (facts[4] is None or iso <= facts[4])
    }


def counted(dossiers, ratings, publications):
    """(indicator, kind, unit, period type, first day) -> Counter of numerator, denominator, without source."""
    tally = {}

    def count(indicator, unit, period, answer):
        counts = tally.setdefault((indicator, *unit, *period), Counter())
        counts["without" if answer == "?" else "of"] += 1
        counts["n"] += answer is True

    for kind, first, _, until in periods():
        period = (kind, first)
        for dossier in dossiers:
            facts = facts_of(dossier, first, until)
            for unit in units_of(dossier["receiving_agency_code"], dossier["commune_code_current"]) if facts else ():
                for indicator, answer in answers(dossier, facts).items():
                    count(indicator, unit, period, answer)
        for _, agency, commune, at, rating in ratings:
            if first <= at.date() <= until:
                for unit in units_of(agency, commune):
                    count("satisfaction", unit, period, "?" if rating is None else rating < 3)
        count_procedures(dossiers, period, until, count)
        count_publications(publications, period, until, count)
    return tally


def count_procedures(dossiers, period, until, count):
    handled, listed = procedures_of(dossiers, period[1], until), listed_on(until)
    for unit in {*handled, ("province", "H1")}:
        of_unit = handled.get(unit, {})
        for code in {*of_unit, *(listed if unit[0] == "province" else ())}:
            said, facts = of_unit.get(code, set()), listed.get(code)
            if said:
                count("procedure_outside_catalogue", unit, period, not PROCEDURES.get(code, (False,))[-1])
            if facts:
                count("online_service_offered", unit, period, "?" if facts[0] is None else facts[0] in (3, 4))
            if facts and facts[0] in (3, 4):
                count("online_service_used", unit, period, "online" in said)
            if "fee" in said or (facts and ((facts[1] or 0) > 0 or facts[2])):
                count("payment_used", unit, period, "paid" in said)


def count_publications(publications, period, until, count):
    for unit, of_unit in published(publications, until).items():
        for rows in of_unit.values():
            parts = max(rows, key=lambda row: (row[2], row[1]))[7]
            count("procedure_parts_complete", unit, period, "?" if parts is None else parts >= 7)
            decided = [row for row in rows if row[2] >= period[1]]
            if decided:
                count("procedure_published_on_time", unit, period, all_of(map(published_in_time, decided)))
                count("procedure_public_on_time", unit, period, all_of(map(public_in_time, decided)))


def published(publications, until):
    found = {}
    for row in publications:
        if row[2] <= until:
            for unit in units_of(row[8], None) - {("commune", "khong_ro")}:
                found.setdefault(unit, {}).setdefault(row[0], []).append(row)
    return found


def published_in_time(row):
    return None if row[3] is None or row[4] is None else row[4] >= LIMITS[row[3]][0]


def public_in_time(row):
    if row[3] is None:
        return None
    if row[5] is not None:
        return row[6] <= LIMITS[row[3]][1]
    return False if working_days(AS_OF) - working_days(row[2]) > LIMITS[row[3]][1] else None


def all_of(verdicts):
    known = [verdict for verdict in verdicts if verdict is not None]
    return all(known) if known else "?"
