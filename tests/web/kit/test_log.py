"""Lines of the log: one per event, time, level, logger and event before the fields."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator

import pytest

from bookrec.web.kit.log import get_logger, line_formatter, logging_config

TIME = r"timestamp=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"
NAME = "bookrec.a_module"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The lines that a module's logger writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(line_formatter())
    logger = logging.getLogger(NAME)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def marked_records() -> Iterator[None]:
    """A record factory of the whole process that marks each record, as that of Ray does."""
    factory = logging.getLogRecordFactory()

    def marked(*args: object, **fields: object) -> logging.LogRecord:
        record = logging.LogRecord(*args, **fields)  # type: ignore[arg-type]
        record.__dict__["_time_of_a_library"] = 1
        return record

    logging.setLogRecordFactory(marked)
    yield
    logging.setLogRecordFactory(factory)


def test_an_event_and_its_fields_are_one_line(log: io.StringIO) -> None:
    get_logger(NAME).warning("no new snapshot", served="2026", error='it says "no"')
    expected = (
        rf"{TIME} level=warning logger={NAME} "
        r'event="no new snapshot" served=2026 error="it says \\"no\\""\n'
    )
    assert re.fullmatch(expected, log.getvalue())


def test_a_traceback_stays_on_the_line_of_its_event(log: io.StringIO) -> None:
    try:
        raise ValueError("a wrong array")
    except ValueError:
        get_logger(NAME).exception("live inference failed", snapshot_id="2026")
    (line,) = log.getvalue().splitlines()
    assert "level=error" in line
    assert "snapshot_id=2026" in line
    assert "Traceback" in line
    assert "ValueError: a wrong array" in line


@pytest.mark.usefixtures("marked_records")
def test_marks_of_a_librarys_record_factory_are_no_fields(log: io.StringIO) -> None:
    get_logger(NAME).info("started", port=8000)
    assert re.fullmatch(
        rf"{TIME} level=info logger={NAME} event=started port=8000\n", log.getvalue()
    )


def test_records_of_other_libraries_have_the_same_form(log: io.StringIO) -> None:
    logging.getLogger(NAME).error("worker %d died", 7)
    assert re.fullmatch(
        rf'{TIME} level=error logger={NAME} event="worker 7 died"\n', log.getvalue()
    )


def test_events_below_the_level_are_left_out(log: io.StringIO) -> None:
    get_logger(NAME).debug("looked")
    assert log.getvalue() == ""


def test_the_configuration_can_be_handed_to_another_process() -> None:
    assert json.loads(json.dumps(logging_config())) == logging_config()


def test_the_configuration_is_one_that_logging_takes() -> None:
    config = logging.config.DictConfigurator(logging_config())
    formatter = config.configure_formatter(config.config["formatters"]["line"])
    assert type(formatter) is type(line_formatter())


@pytest.mark.parametrize(
    "forged",
    [
        "/a\nlevel=error",
        "/a\rlevel=error",
        "/\x1b[2K",
        "/\x85x",
        "/\u2028x",
        "/\u202ex",
        "/\0",
    ],
)
def test_a_forged_value_stays_on_its_line(log: io.StringIO, forged: str) -> None:
    get_logger(NAME).error("request failed", path=forged)
    get_logger(NAME).error(forged)
    logging.getLogger(NAME).error("no %s", forged)
    text = log.getvalue()
    assert text.count("\n") == 3
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text.splitlines()) == 3
    assert len(re.findall(r"(?:^| )level=", text, re.MULTILINE)) == 3


def test_half_a_character_is_escaped() -> None:
    # Formatted without a logger: the report of a test with it cannot be sent by a worker of the tests.
    record = logging.LogRecord(NAME, logging.ERROR, "f", 1, "no %s", ("/\udcff",), None)
    line = line_formatter().format(record)
    assert line.isprintable()
    assert "udcff" in line
