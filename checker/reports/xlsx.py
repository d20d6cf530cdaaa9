"""The audit as a spreadsheet file (XLSX). Text is only ever text: no name becomes a formula or a link."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from xlsxwriter import Workbook

from checker.reports import words
from checker.reports.layout import cells, crop
from checker.reports.sheet import Cell, Sheet
from checker.reports.sheet_words import said
from checker.reports.sheets import sheets
from checker.verdicts.model import Outcome, Result

ROWS = 1_048_576  # of one sheet, with its heading
CHARACTERS = 32_767  # of one cell, in units of UTF-16
_CROPPED = 8_000  # cells of screen that a longer text is shown in
_NARROWEST, _WIDEST = 6, 48  # cells of a column; what is longer goes on below
_GRID = 11  # cells of a column of a page without headings
_FOLDED = 6 * _WIDEST  # a longer text is cut at the column's end: it is no text that anybody reads
_MEASURED = 500  # rows that a column's width is measured by
_EPOCH = dt.datetime(1970, 1, 1)
_FIRST = dt.datetime(1980, 1, 1)  # where nothing in the data has a time

_NUMBERS = {
    "whole": "#,##0",
    "number": "#,##0",
    "percent": "0",
    "duration": "[h]:mm:ss",
    "seconds": "0",
    "time": "hh:mm:ss",
    "date": "yyyy-mm-dd",
    "minute": "yyyy-mm-dd hh:mm",
    "second": "yyyy-mm-dd hh:mm:ss",
}
_RIGHT = frozenset(_NUMBERS)
_COLUMNS = 40  # of a page without headings
_SUFFIXES = {"percent": "%", "seconds": '" s"'}
_WIDTHS = {"date": 11, "minute": 17, "second": 20, "time": 9, "duration": 13}
_HEADING: dict[str, object] = {
    "bold": True,
    "bottom": 1,
    "bg_color": "#E4E9F1",
    "valign": "vcenter",
    "text_wrap": True,
}
_NUMBER: dict[str, object] = {"align": "right", "indent": 1}  # apart from the text beside it
_STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "heading": {**_HEADING},
    "number_heading": {**_HEADING, **_NUMBER},
    "quiet": {"font_color": "#595959"},
}
_COLORS = {
    Outcome.FAIL: {"bg_color": "#FFC7CE", "font_color": "#9C0006"},
    Outcome.WARN: {"bg_color": "#FFEB9C", "font_color": "#7F4F00"},
    Outcome.PASS: {"bg_color": "#C6EFCE", "font_color": "#006100"},
}
_GREY = {"bg_color": "#EDEDED", "font_color": "#404040"}


def to_xlsx(result: Result, *, lang: str) -> bytes:
    """The file's bytes: the same for the same result."""
    as_of = max((p.as_of for p in result.packs if p.as_of is not None), default=None)
    return book_of(sheets(result, lang), as_of, lang)


def book_of(sheets: Iterable[Sheet], as_of: int | None, lang: str) -> bytes:
    """The bytes of a file with these sheets; `as_of` in microseconds stands as its date."""
    file = io.BytesIO()
    book = _Book(file, lang)
    book.created(as_of)
    for sheet in sheets:
        book.add(sheet)
    book.close()
    return file.getvalue()


class _Book:
    def __init__(self, file: io.BytesIO, lang: str) -> None:
        self.lang = lang
        self.book = Workbook(
            file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.formats: dict[tuple[str, int, str, str], Any] = {}

    def created(self, micros: int | None) -> None:
        """The as-of instant instead of now, so that the same result gives the same bytes."""
        try:
            at = _FIRST if micros is None else _EPOCH + dt.timedelta(microseconds=micros)
        except OverflowError:
            at = _FIRST
        self.book.set_properties({"created": at.replace(microsecond=0)})

    def close(self) -> None:
        self.book.close()

    def add(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(sheet.name)
        first = 1 if sheet.headings else 0
        rows = iter(sheet.rows)
        widths = [cells(name) + 3 for name in sheet.headings]  # with room for the filter's arrow
        numbers: set[int] = set()
        folded: list[tuple[int, int, int]] = []
        number = first
        for number, row in enumerate(islice(rows, ROWS - first - 1), first):
            at = 0
            for cell in row:
                long = bool(sheet.headings) and _is_long(cell)
                if long:
                    folded.append((number, at, cells(str(cell.value))))
                self._write(page, number, at, cell, long)
                if cell.value is not None and cell.kind in _RIGHT:
                    numbers.add(at)
                at += cell.span
            if number < _MEASURED and sheet.headings:
                _measure(widths, row)
        left = sum(1 for _ in rows)
        if left:
            page.write_string(number + 1, 0, said("rows_left", self.lang).format(n=f"{left:,}"))
        for column, name in enumerate(sheet.headings):
            style = "number_heading" if column in numbers else "heading"
            page.write_string(0, column, name, self._format(Cell("", style=style)))
        for column, width in enumerate(widths):
            page.set_column(column, column, max(_NARROWEST, min(width, _WIDEST)))
        for row_number, height in _heights(folded, widths).items():
            page.set_row(row_number, height)
        if sheet.headings:
            page.freeze_panes(1, sheet.fixed)
            page.autofilter(0, 0, max(number, 1), len(sheet.headings) - 1)
            page.repeat_rows(0)
            last = (sheet.printed or len(sheet.headings)) - 1
            page.print_area(0, 0, max(number, 1) + bool(left), last)
        else:
            page.set_column(0, _COLUMNS, _GRID)
        self._paper(page)
        for column in sheet.colored:
            self._color(page, column, number)

    @staticmethod
    def _paper(page: Any) -> None:
        """A4 across, as wide as the table, with the sheet's name and the number of the page."""
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer("&L&8&A&R&8&P / &N")

    def _write(self, page: Any, row: int, column: int, cell: Cell, long: bool) -> None:
        value = cell.value
        if value is None:
            return
        style = self._format(cell, long)
        if cell.span > 1:
            page.merge_range(row, column, row, column + cell.span - 1, "", style)
        if isinstance(value, str):
            page.write_string(row, column, bounded(value), style)
        elif isinstance(value, dt.date):
            page.write_datetime(row, column, value, style)
        else:
            page.write_number(row, column, value, style)

    def _format(self, cell: Cell, long: bool = False) -> Any:
        # A text in merged cells is not folded by every program: it shrinks to its place.
        fit = "shrink" if cell.span > 1 else "text_wrap" if long else ""
        key = (cell.kind, cell.places, cell.style, fit)
        if key not in self.formats:
            look = {"valign": "top", **_STYLES.get(cell.style, {}), **({fit: True} if fit else {})}
            if number := _NUMBERS.get(cell.kind):
                decimals = "." + "0" * cell.places if cell.places else ""
                look |= _NUMBER
                look["num_format"] = number + decimals + _SUFFIXES.get(cell.kind, "")
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]

    def _color(self, page: Any, column: int, last: int) -> None:
        """Colours follow the words, also after sorting. The words are of this program, not of the data."""
        named = [(words.outcome(o, self.lang), _COLORS.get(o, _GREY)) for o in Outcome]
        marks = [("new", Outcome.FAIL), ("still", Outcome.WARN), ("repaired", Outcome.PASS)]
        named += [(words.say(f"mark_{mark}", self.lang), _COLORS[o]) for mark, o in marks]
        for word, colors in dict(named).items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"'}
            page.conditional_format(
                1, column, max(last, 1), column, {**rule, "format": self.book.add_format(colors)}
            )


def bounded(value: str) -> str:
    """`value`, or where it is longer than a cell can be, its beginning and its end."""
    if len(value.encode("utf-16-le")) // 2 <= CHARACTERS:
        return value
    shown = crop(value, _CROPPED)
    return shown if len(shown.encode("utf-16-le")) // 2 <= CHARACTERS else shown[: CHARACTERS // 2]


def _is_long(cell: Cell) -> bool:
    """A text that is folded; one that is longer still is cut at the column's end."""
    return isinstance(cell.value, str) and _WIDEST < cells(cell.value[:_FOLDED]) < _FOLDED


def _heights(folded: Sequence[tuple[int, int, int]], widths: Sequence[int]) -> dict[int, float]:
    """The heights of rows with folded texts, in points: not every program finds them by itself."""
    lines: dict[int, int] = {}
    for row, column, size in folded:
        room = min(widths[column], _WIDEST) - 3  # words do not fill a line
        lines[row] = max(lines.get(row, 1), -(-size // room))
    return {row: 15.0 * number for row, number in lines.items()}


def _measure(widths: list[int], row: Sequence[Cell]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell.value, str):
            width = cells(cell.value[: 2 * _WIDEST]) + 1
        else:
            width = 0 if cell.value is None else _WIDTHS.get(cell.kind, 9)
        widths[column] = max(widths[column], width)
