"""Cells that a spreadsheet would run as formulas are exported behind an apostrophe, and imported unchanged."""

import csv
import io

import pytest

from articles.arabic.spreadsheet_cells import escape_formula, unescape_formula
from articles.exchange.lines import csv_lines

FORMULA = "=HYPERLINK(1)"
UNSEEN = [
    "", "\u200f", "\u061c", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u00a0", " ", "\n", "\x00", "\u034f", "\ufe0f", "\u3164",
    "\U000e0001", "\u2066\u200b ",
]  # fmt: skip
SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "\t", "\r"]


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_a_formula_is_guarded_whatever_stands_before_it(sign: str, unseen: str) -> None:
    cell = unseen + sign + "1+1"
    if unseen and sign in "\t\r":
        pytest.skip("only the first character counts")
    _header, line = csv_lines([{"title": cell}])
    (written,) = next(csv.reader(io.StringIO(line, newline="")))
    assert written == "'" + cell == escape_formula(cell) and unescape_formula(written) == cell


def test_a_carriage_return_begins_no_row() -> None:
    _header, line = csv_lines([{"title": "عنوان\r=1+1", "author": "كاتب"}])
    assert list(csv.reader(io.StringIO(line, newline=""))) == [["عنوان\r=1+1", "كاتب"]]
    assert line.endswith("كاتب\n") and '"' in line


@pytest.mark.parametrize("cell", ["", "عنوان", "a=b", "١٢", "«-»", "'", "'عنوان", "\u200fعنوان =", "[=]", "٪", "−5"])
def test_another_cell_goes_out_as_it_is(cell: str) -> None:
    assert escape_formula(cell) == cell == unescape_formula(cell)


@pytest.mark.parametrize("cell", ["'=1", "''＝1", "'\u200f=1", "=1", "'-"])
def test_an_apostrophe_of_ones_own_comes_back(cell: str) -> None:
    assert escape_formula(cell) == "'" + cell and unescape_formula(escape_formula(cell)) == cell
