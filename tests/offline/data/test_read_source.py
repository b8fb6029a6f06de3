"""Sources as read: what is used, what is noted, what is asked."""

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.read_source import Undecided, read_source

FILES = {
    "sach.csv": "Mã sách;Tên sách;Ghi chú\nA-7;Dế Mèn;x\nB-9;Tắt đèn;\n",
    "ban.csv": "Mã khách;Mã sách;Ngày bán\nk1;A-7;05/04/2025\nk2;B-9;06/07/2025\n",
    "kho.csv": "Kệ;Tầng\n3;1\n",
}
MAPPING = """
[[tables]]
name = "ban.csv"
rows = "purchases"
[tables.columns]
"Mã khách" = "reader_id"
"#2" = "book_id"

[[tables]]
name = "SACH.csv"
[tables.columns]
"Mã sách" = "book_id"
"Tên sách" = "title"
"""


def write(directory, files=FILES):
    directory.mkdir(exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


def read(tmp_path, mapping=None, files=FILES, layout=""):
    stages = []
    path = None
    if mapping is not None:
        path = tmp_path / "mapping.toml"
        path.write_text(mapping, encoding="utf-8")
    return read_source([write(tmp_path / "raw", files)], path, stages.append, layout), stages


def test_a_draft_reads_what_it_knows_and_notes_the_rest(tmp_path):
    source, stages = read(tmp_path)
    assert stages == ["Reading ban.csv", "Reading kho.csv", "Reading sach.csv"]
    assert source.rows.interactions.frame["user_id"].tolist() == ["k1", "k2"]
    assert source.rows.books.frame["title"].tolist() == ["Dế Mèn", "Tắt đèn"]
    assert source.rows.readers is None
    assert "kho.csv is not used." in source.notes
    assert "sach.csv: columns not used: Ghi chú." in source.notes
    assert "ban.csv: interactions" in source.lines
    assert len(source.shas) == 2
    assert not source.is_sample


def test_vietnamese_dates_have_the_day_first_and_the_import_says_so(tmp_path):
    source, _ = read(tmp_path)
    assert source.readings.dates.order == "dd/mm/yyyy"
    assert any("the day comes first" in note for note in source.notes)


def test_other_dates_of_both_orders_are_asked_about(tmp_path):
    files = FILES | {"ban.csv": FILES["ban.csv"].replace("Ngày bán", "Order date")}
    with pytest.raises(Undecided, match="write which part comes first") as raised:
        read(tmp_path, files=files)
    assert 'dates = "?"' in raised.value.draft
    assert any(line.startswith("ban.csv:") for line in raised.value.lines)


def test_a_mapping_reads_its_tables_only(tmp_path):
    source, stages = read(tmp_path, MAPPING)
    assert stages == ["Reading ban.csv", "Reading sach.csv"]
    assert source.rows.interactions.frame["book_id"].tolist() == ["A-7", "B-9"]
    assert set(source.rows.interactions.frame["timestamp"]) == {""}
    assert (source.draft, source.lines) == ("", [])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Tên sách", "Tựa", r"sach.csv has no column 'Tựa' \(it has: 'Mã sách', 'Tên sách'"),
        ('name = "SACH', 'name = "BOOKS', ""),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(tmp_path, old, new, sentence):
    if sentence:
        with pytest.raises(DataError, match=sentence):
            read(tmp_path, MAPPING.replace(old, new))
    else:
        source, _ = read(tmp_path, MAPPING.replace(old, new))
        assert source.rows.books is None


def test_a_mapping_without_any_of_the_tables_is_refused(tmp_path):
    mapping = MAPPING.replace("ban.csv", "x.csv").replace("SACH.csv", "y.csv")
    with pytest.raises(DataError, match=r"No table of the mapping \(x.csv, y.csv\)"):
        read(tmp_path, mapping)


def test_a_source_of_another_layout_is_refused(tmp_path):
    with pytest.raises(DataError, match="is not of the layout goodbooks-10k"):
        read(tmp_path, layout="goodbooks-10k")


def test_a_mapping_states_the_scale_that_the_values_leave_open(tmp_path):
    rated = FILES["ban.csv"].replace("Ngày bán", "Điểm").replace("05/04/2025", "4")
    files = FILES | {"ban.csv": rated.replace("06/07/2025", "5")}
    with pytest.raises(Undecided, match="five stars or a scale of 10"):
        read(tmp_path, files=files)
    mapping = MAPPING.replace('"#2"', '"Điểm" = "rating"\n"#2"').replace("purchases", "ratings")
    source, _ = read(tmp_path, f'rating_scale = "1-10"\n{mapping}', files)
    assert source.readings.scale.most == 10
