"""A labelled corpus: what detection changes is always right (precision), and how much it finds (recall)."""

from __future__ import annotations

import random
import unicodedata

import duckdb
import pytest

from ingestion.text import convert
from tests.contracts import make_contract
from tests.legacy_text import ENCODERS, in_encoding, others, people, places, read_batch, sentences, write_batch

CORPUS = {"sentences": sentences(), "places": places(), "people": people()}
EVERYTHING = [text for texts in CORPUS.values() for text in texts]
# found of the values that are legacy: in a column of them alone, in one whose other values are Unicode, in one of three
RECALL = {
    "tcvn3": (1.0, 0.98, 1.0),
    "vni": (1.0, 0.98, 0.95),
    "viscii": (1.0, 0.80, 0.90),
    "cp1258": (1.0, 0.97, 1.0),
    "vps": (1.0, 0.80, 1.0),
    "mojibake": (1.0, 1.0, 1.0),
}


def outcome(folder, labelled):
    """Columns of (given, right) pairs through `convert`: found, to be found, and what was changed wrongly."""
    longest = max(map(len, labelled.values()))
    padded = {name: pairs + [(None, None)] * (longest - len(pairs)) for name, pairs in labelled.items()}
    write_batch(folder, {name: [given for given, _ in pairs] for name, pairs in padded.items()})
    contract = make_contract(folder, columns={name: name for name in labelled})
    with duckdb.connect() as connection:
        convert(connection, folder, contract)
        read = read_batch(folder)
    rows = [(g, r, value) for name, pairs in padded.items() for (g, r), value in zip(pairs, read[name], strict=True)]
    legacy = [(right, value) for given, right, value in rows if given != right]
    wrong = [(given, value) for given, right, value in rows if value not in (given, right)]
    return sum(right == value for right, value in legacy), len(legacy), wrong


def test_the_corpus_is_large_enough_to_measure():
    assert len(set(EVERYTHING)) > 350
    assert sum(len(lines) for _, lines in others()) > 120


@pytest.mark.parametrize("encoding", ENCODERS)
def test_columns_in_one_encoding(tmp_path, encoding):
    found, legacy, wrong = outcome(
        tmp_path, {name: [in_encoding(encoding, text) for text in texts] for name, texts in CORPUS.items()}
    )
    assert (wrong, found / legacy) == ([], RECALL[encoding][0])
    assert legacy > 330


@pytest.mark.parametrize("encoding", ENCODERS)
def test_mixed_columns(tmp_path, encoding):
    labelled = {
        name: [in_encoding(encoding, text) if place % 3 == 0 else (text, text) for place, text in enumerate(texts)]
        for name, texts in CORPUS.items()
    }
    found, legacy, wrong = outcome(tmp_path, labelled)
    assert wrong == []
    assert found / legacy >= RECALL[encoding][1]


@pytest.mark.parametrize("encoding", ENCODERS)
def test_columns_of_three_values(tmp_path, encoding):
    chosen = random.Random(1)
    labelled = {
        f"column_{n}": [in_encoding(encoding, text) for text in chosen.sample(EVERYTHING, 3)] for n in range(15)
    }
    found, legacy, wrong = outcome(tmp_path, labelled)
    assert wrong == []
    assert found / legacy >= RECALL[encoding][2]


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_legacy_column_may_hold_anything_else_and_keeps_it(tmp_path, encoding):
    kept = [(text, text) for _, lines in others() for text in lines]
    written = [in_encoding(encoding, text) for text in EVERYTHING]
    found, legacy, wrong = outcome(tmp_path, {"mixed": written + kept})
    assert wrong == []
    assert found / legacy >= RECALL[encoding][1]


def test_other_languages_names_codes_signs_and_mistakes_never_change(tmp_path):
    groups = {f"group_{n}": [(text, text) for text in lines] for n, (_, lines) in enumerate(others())}
    correct = {
        f"{name}_{form}".lower(): [(unicodedata.normalize(form, t), unicodedata.normalize(form, t)) for t in texts]
        for name, texts in CORPUS.items()
        for form in ("NFC", "NFD")
    }
    assert outcome(tmp_path, groups | correct) == (0, 0, [])
