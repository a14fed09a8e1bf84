"""Legacy text: found by column, brought to Unicode exactly, never where the text is right already."""

from __future__ import annotations

import csv
import unicodedata

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingestion.text import Conversion, convert
from ingestion.text.encodings import ENCODINGS
from ingestion.text.syllables import syllables
from tests import legacy_text
from tests.contracts import make_contract
from tests.legacy_text import in_encoding, read_batch, write_batch
from warehouse.errors import ContractError


def converted(folder, columns, **encodings):
    """What `convert` makes of a batch: its conversions and its columns."""
    write_batch(folder / "batch", columns)

    def column(name):
        given_ = [{"property": "encoding", "value": encodings[name]}] if name in encodings else []
        return {"physicalName": name, **({"customProperties": given_} if given_ else {})}

    contract = make_contract(folder, columns={name: column(name) for name in columns})
    with duckdb.connect() as connection:
        return convert(connection, folder / "batch", contract), read_batch(folder / "batch")


def repairs(folder):
    return duckdb.sql(f"select * from '{folder}/batch/repairs.parquet' order by column_name, _row_number").fetchall()


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("tcvn3", "hép møt tÕt", "hộp mứt tết"),
        ("tcvn3", "CéNG HßA X· HéI", "CỘNG HÒA XÃ HỘI"),
        ("tcvn3", "céng hßa", "cộng hòa"),
        ("tcvn3", "Ph\xad¬ng Nam", "Phương Nam"),
        ("vni", "Xin chaøo caùc baïn", "Xin chào các bạn"),
        (
            "vni",
            "kyõ sö, moät thuûy thuû, aúm, Myõ Tho, TYÛ LEÄ, lò thò",
            "kỹ sư, một thủy thủ, ẳm, Mỹ Tho, TỶ LỆ, lị thị",
        ),
        ("vni", "Tî, î, Î", "Tỵ, ỵ, Ỵ"),
        ("viscii", "Vi®t Nam, Ðà NÇng", "Việt Nam, Đà Nẵng"),
        ("cp1258", "Viêòt Nam, ðýõÌng", "Việt Nam, đường"),
        ("vps", "ViŒt Nam", "Việt Nam"),
        ("mojibake", "Ä\x90Ã\xa0 Náºµng", "Đà Nẵng"),
    ],
)
def test_a_text_in_each_encoding(encoding, text, expected):
    sql = ENCODINGS[encoding].convert("given")
    assert duckdb.execute(f"select {sql} from (select cast(? as varchar) as given)", [text]).fetchone() == (expected,)


def test_every_letter_comes_back_from_every_encoding():
    """The encoders of the tests have tables of their own."""
    for name, encode in legacy_text.ENCODERS.items():
        texts = [t for s in sorted(syllables()) for t in ((s, s.upper()) if name != "tcvn3" else (s,))]
        rows = pa.table({"text": texts, "encoded": [encode(t) for t in texts]})  # noqa: F841
        wrong = duckdb.sql(f"select text, encoded from rows where {ENCODINGS[name].convert('encoded')} <> text")
        assert wrong.fetchall() == [], name


def test_provinces_in_tcvn3_are_the_provinces_in_unicode(shared_data, tmp_path):
    def names(encoding):
        with (shared_data / f"provinces_{encoding}.csv").open(encoding="utf-8") as file:
            return [
                row[column] for row in csv.DictReader(file) for column in ("Province_city", "Administrative_center")
            ]

    conversions, columns = converted(tmp_path, {"name": names("TCVN3")})
    # the reference itself writes the look-alike of Đ
    assert columns["name"] == [name.replace("Ð", "Đ") for name in names("Unicode")]
    assert len(columns["name"]) == 126
    assert conversions == (Conversion("name", "tcvn3", 117),)
    assert converted(tmp_path, {"name": names("Unicode")}) == ((), {"name": names("Unicode")})


def test_each_change_is_listed_with_its_row_and_kind_and_can_be_reversed(tmp_path):
    given_ = {
        "name": ["Hµ Néi", "Quảng Nam", None, "§µ N½ng", "Long An", "TP. HuÕ", "Hµ Néi"],
        "note": ["tốt", "xấu", "", "", "", "", ""],
    }
    conversions, columns = converted(tmp_path, given_)
    assert conversions == (Conversion("name", "tcvn3", 4),)
    assert columns["note"] == given_["note"]
    assert columns["name"] == ["Hà Nội", "Quảng Nam", None, "Đà Nẵng", "Long An", "TP. Huế", "Hà Nội"]
    assert repairs(tmp_path) == [
        ("name", "batch", "things.csv", None, row, "tcvn3_to_unicode", original, text)
        for row, original, text in [
            (1, "Hµ Néi", "Hà Nội"), (4, "§µ N½ng", "Đà Nẵng"), (6, "TP. HuÕ", "TP. Huế"), (7, "Hµ Néi", "Hà Nội"),
        ]
    ]  # fmt: skip


def test_what_reads_both_ways_follows_a_column_without_unicode_and_stays_in_a_mixed_one(tmp_path):
    legacy = ["NguyÔn V¨n Phó", "TrÇn ThÞ HuÖ", "Phó"]
    assert converted(tmp_path, {"name": legacy})[1]["name"] == ["Nguyễn Văn Phú", "Trần Thị Huệ", "Phú"]
    mixed = converted(tmp_path, {"name": [*legacy, "Lê Thị Hoà"]})[1]["name"]
    assert mixed == ["Nguyễn Văn Phú", "Trần Thị Huệ", "Phó", "Lê Thị Hoà"]


def test_a_contract_names_the_encoding_or_keeps_the_column_as_it_is(tmp_path):
    texts = ["Phó", "§inh", "Lê Thị Hoà"]
    assert converted(tmp_path, {"name": texts}) == ((), {"name": texts})
    assert converted(tmp_path, {"name": texts}, name="tcvn3")[1]["name"] == ["Phú", "Đinh", "Lê Thị Hoà"]
    legacy = ["Hµ Néi", "HuÕ", "§µ N½ng", "Qu¶ng Ng·i"]
    assert converted(tmp_path, {"name": legacy}, name="unicode") == ((), {"name": legacy})
    with pytest.raises(ContractError, match="column name: wanted encoding one of tcvn3"):
        converted(tmp_path, {"name": legacy}, name="abc")


def test_nothing_to_convert_leaves_the_file_alone(tmp_path):
    columns = {"name": legacy_text.people(), "seat": [*legacy_text.places(), *[None] * 90]}
    write_batch(tmp_path / "batch", columns)
    before = (tmp_path / "batch" / "data.parquet").read_bytes()
    assert converted_again(tmp_path, columns) == ()
    assert (tmp_path / "batch" / "data.parquet").read_bytes() == before
    assert [p.name for p in (tmp_path / "batch").iterdir()] == ["data.parquet"]


def converted_again(folder, columns):
    contract = make_contract(folder, columns={name: name for name in columns})
    with duckdb.connect() as connection:
        return convert(connection, folder / "batch", contract)


def test_a_long_file_is_sampled_over_its_length(tmp_path):
    legacy = [legacy_text.tcvn3(name) for name in legacy_text.people()]
    # the last tenth of the file is legacy, written by another office
    names = [*legacy_text.people() * 300, *legacy * 33]
    conversions, columns = converted(tmp_path, {"name": names})
    assert [c.encoding for c in conversions] == ["tcvn3"]
    expected = [in_encoding("tcvn3", name)[1] for name in legacy_text.people()]
    kept, changed = columns["name"][: 150 * 300], columns["name"][150 * 300 :]
    assert kept == legacy_text.people() * 300
    assert sum(a == b for a, b in zip(changed, expected * 33, strict=True)) / len(changed) > 0.95


# different syllables, three a text: a few words that repeat convince nobody, and one alone may be right both ways
# (pỗ in VISCII is p²)
TEXTS = st.lists(st.sampled_from(sorted(syllables())), min_size=30, max_size=60, unique=True).map(
    lambda words: [" ".join(words[start : start + 3]) for start in range(0, len(words) - 2, 3)]
)
# each example converts columns of a file: a failing one is shown as it was found
QUICK = {
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "deadline": None,
}


@hypothesis_settings(max_examples=4, **QUICK)
@given(texts=TEXTS)
def test_whatever_was_written_comes_back_and_stays(tmp_path, texts):
    encoded = {name: [encode(text) for text in texts] for name, encode in legacy_text.ENCODERS.items()}
    _, columns = converted(tmp_path, encoded)
    assert columns == dict.fromkeys(encoded, texts)
    assert converted_again(tmp_path, columns) == ()


@hypothesis_settings(max_examples=15, **QUICK)
@given(texts=TEXTS, form=st.sampled_from(["NFC", "NFD"]), noise=st.lists(st.text(max_size=20), max_size=5))
def test_correct_unicode_is_never_touched(tmp_path, texts, form, noise):
    column = [unicodedata.normalize(form, text) for text in texts] + [n.replace("\0", "") for n in noise]
    assert converted(tmp_path, {"text": column}) == ((), {"text": column})
