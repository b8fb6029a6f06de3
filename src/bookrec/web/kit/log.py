"""Log of the site: one line of ``key=value`` pairs per event, on stderr.

Modules log by `get_logger`, with an event and its fields. Standard logging carries the records, so
one formatter writes those of the site and those of the server alike.
"""

from __future__ import annotations

import logging
from typing import Final

import structlog
from structlog.processors import LogfmtRenderer, TimeStamper, format_exc_info
from structlog.stdlib import (
    BoundLogger,
    ExtraAdder,
    ProcessorFormatter,
    add_log_level,
    add_logger_name,
    filter_by_level,
    render_to_log_kwargs,
)
from structlog.typing import EventDict, WrappedLogger

from bookrec.json_types import JsonObject

_KEY_ORDER: Final = ("timestamp", "level", "logger", "event")


def get_logger(name: str) -> BoundLogger:
    """Return the logger of a module: ``logger.warning("event", field=value)``."""
    logger: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[filter_by_level, render_to_log_kwargs],
        wrapper_class=BoundLogger,
        context_class=dict,
    )
    return logger


def line_formatter() -> logging.Formatter:
    """Return the formatter of the log: time, level, logger and event first, then the fields."""
    return ProcessorFormatter(
        foreign_pre_chain=[
            add_log_level,
            add_logger_name,
            TimeStamper(fmt="iso", utc=True),
            ExtraAdder(),
            format_exc_info,
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            _drop_private_fields,
            _escape_unprintable,
            LogfmtRenderer(key_order=_KEY_ORDER, drop_missing=True),
        ],
    )


def _drop_private_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # A library that sets the record factory of the process marks every record, ours too.
    return {field: value for field, value in event.items() if not field.startswith("_")}


def _escape_unprintable(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # The path of a request is anybody's text: it must not begin a line, move the cursor or hide.
    return {
        field: _escaped(value) if isinstance(value, str) else value
        for field, value in event.items()
    }


def _escaped(text: str) -> str:
    """Text whose control characters are escaped; line feeds are, by the renderer."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


def logging_config() -> JsonObject:
    """Return the configuration of a server and its workers, for `logging.config.dictConfig`.

    The site logs from INFO on, libraries from WARNING on. It holds plain values only: the server
    hands it to worker processes.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{line_formatter.__name__}"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"bookrec": {"level": "INFO"}},
    }
