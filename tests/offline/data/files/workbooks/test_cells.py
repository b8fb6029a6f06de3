"""Cells of workbooks as texts, and damage that ends the process that reads them."""

from __future__ import annotations

import datetime

import pytest

from bookrec.offline.data.files.workbooks import cells
from bookrec.offline.data.files.workbooks.cells import cell_text


def test_cells_are_texts_as_shown():
    assert cell_text(9786041234563.0) == "9786041234563"
    assert cell_text(0.1) == "0.1"
    assert cell_text(datetime.date(2024, 1, 2)) == "2024-01-02"
    assert cell_text(datetime.datetime(2024, 1, 2, 3, 4, 5)) == "2024-01-02 03:04:05"
    assert cell_text(None) == ""


def test_an_error_without_words_has_its_name(monkeypatch: pytest.MonkeyPatch):
    class Wordless:
        @staticmethod
        def from_filelike(_):
            raise OSError

    monkeypatch.setattr(cells, "CalamineWorkbook", Wordless)
    assert cells._workbook(b"", 1).error == "OSError"
