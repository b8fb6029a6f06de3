"""Lines of progress."""

from __future__ import annotations

from bookrec.web.export_site.progress import progress_line


def test_lines_have_rate_and_time_left() -> None:
    assert progress_line(0, 100, 0.0) == "0 of 100 pages (0 %), 0 a second, about 0 s left"
    assert (
        progress_line(10_000, 100_000, 20.0)
        == "10,000 of 100,000 pages (10 %), 500 a second, about 3 min left"
    )
