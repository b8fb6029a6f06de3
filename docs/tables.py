"""Tables of the documentation, rendered from ``docs/results/*.json``.

    python docs/tables.py                       # render every table again
    python docs/tables.py add NAME FILE --command "bookrec evaluate …"

``add`` copies the file that `bookrec evaluate --report` or `bookrec bench scoring --json` wrote to
``docs/results/NAME.json``, together with its origin: command, date, version and commit.

A page holds a table between two markers; the first names the table and its result:

    <!-- table:lists book-crossing -->
    <!-- /table -->
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = REPOSITORY / "docs" / "results"
PAGES: Final = (
    "README.md",
    "README.vi.md",
    "docs/evaluation.md",
    "docs/figures.md",
    "docs/baselines.md",
    "docs/rating-prediction.md",
    "docs/scoring-speed.md",
    "docs/sessions.md",
)
ORIGIN: Final = ("command", "date", "bookrec", "commit")
"""Keys of a result's ``origin``."""

LIKED: Final = "ndcg@20_liked"
"""The headline: NDCG over liked books."""
OVER_ALL: Final = "ndcg@20"

Result = dict[str, Any]
Rows = Iterable[Sequence[str]]

_BLOCK: Final = re.compile(
    r"<!-- table:(?P<kind>[a-z-]+) (?P<names>[a-z0-9 -]+?) -->\n(?P<body>.*?)<!-- /table -->",
    re.DOTALL,
)
_LABELS: Final = {
    "popularity": "popularity",
    "item-knn-cosine": "item-kNN, cosine",
    "item-knn-tfidf": "item-kNN, TF-IDF",
    "item-knn-bm25": "item-kNN, BM25",
    "rp3beta": "RP3beta",
    "ials": "iALS",
    "bpr": "BPR",
    "ease": "EASE",
    "slim": "SLIM",
    "default": "**bookrec, as published**",
    "default: two-stage": "bookrec, before one edition a work is chosen",
    "default: ranker on the whole catalogue": "bookrec, ranker on the whole catalogue",
    "default: ranker on random candidates": "bookrec, ranker on random candidates",
    "default: two-tower alone": "bookrec, two-tower alone",
    "default: item-knn alone": "bookrec, item-kNN alone",
    "default: random walk alone": "bookrec, RP3beta alone",
    "default: rp3beta alone": "bookrec, RP3beta alone",
    "default: SLIM alone": "bookrec, SLIM alone",
    "classic": "preset `classic`",
    "popular": "popular",
    "popular-of-the-day": "popular of the day",
    "static": "static list",
    "static-recent": "static list, recent books weigh more",
    "fold-in": "fold-in, recent books weigh more",
    "item-knn": "item-kNN of the last book",
    "vs-knn": "VS-kNN",
    "gru4rec": "GRU4Rec",
    "blended-similar": "**blended**, with similar books",
    "blended": "**blended**, with neighbours in visits",
}
_DATA_SETS: Final = {
    "book-crossing": "Book-Crossing",
    "movielens": "MovieLens-100K",
    "sample": "sample data",
}


def load(name: str) -> Result | None:
    """Read a result; None where there is no such file."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    result: Result = json.loads(path.read_text(encoding="utf-8"))
    return result


def figure(value: float | None, digits: int = 4) -> str:
    """A figure below one without its zero: ``.0785``; a dash where it is undefined."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def interval(value: float, low: float, high: float) -> str:
    """A figure with its interval: ``.057 (.046–.068)``."""
    return f"{figure(value, 3)} ({figure(low, 3)}–{figure(high, 3)})"


def markdown(columns: Sequence[str], rows: Rows) -> str:
    """A Markdown table; the first column is text."""
    body = [list(row) for row in rows]
    rule = ["---", *["---:"] * (len(columns) - 1)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [columns, rule, *body])


def lists(result: Result) -> str:
    """Quality of each list maker over liked and over all books, beside the best baselines."""
    columns = ["list maker", "NDCG@20, liked", "× best baseline (95 %)", "Recall@20, liked"]
    columns += ["NDCG@20, all", "× best, all (95 %)", "Recall@20, all"]
    rows = []
    for name, scorer in result["scorers"].items():
        metrics = scorer["metrics"]
        row = [_LABELS.get(name, name)]
        for metric in (LIKED, OVER_ALL):
            row += [figure(metrics.get(metric)), _beside_best(result, name, metric)]
            row.append(figure(metrics.get(metric.replace("ndcg", "recall"))))
        rows.append(row)
    return markdown(columns, rows)


def _beside_best(result: Result, name: str, metric: str) -> str:
    """The ratio to the baseline that is best by a metric, with its interval."""
    if name == result["best_baseline"].get(metric):
        return "best baseline"
    ratio = result["scorers"][name]["against_best_baseline"].get(metric, {}).get("ratio")
    if not ratio or ratio["value"] is None:
        return "–"
    return f"{ratio['value']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})"


def _percent(value: float) -> str:
    return f"{value:.2%}" if value < 0.1 else f"{value:.1%}"


_THEMES: Final[dict[str, dict[str, tuple[str, Callable[[float], str]]]]] = {
    "shelf": {
        "badly rated": ("badly rated places", _percent),
        "mean rating": ("mean rating listed", "{:.2f}".format),
        "disliked of hits": ("disliked of hits", _percent),
        "commonest": ("commonest book, readers", _percent),
        "commonest first": ("as first", _percent),
        "distinct books": ("distinct books", "{:,.0f}".format),
        "gini@20": ("Gini", "{:.3f}".format),
        "coverage@50": ("coverage@50", "{:.3f}".format),
    },
    "popularity": {
        "ndcg@20_propensity": ("NDCG@20, by propensity", figure),
        "ndcg@20_propensity_pooled": ("pooled", figure),
        "ndcg@20_head": ("head", figure),
        "ndcg@20_middle": ("middle", figure),
        "ndcg@20_tail": ("tail", figure),
    },
    "discovery": {
        "new authors": ("new authors, places", _percent),
        "new authors of hits": ("hits", _percent),
        "new authors, 50+ books": ("places, 50 books or more", _percent),
        "new authors of hits, 50+ books": ("hits, 50 books or more", _percent),
    },
}
"""Kind of table → figure in a result → title of its column, and how the figure is written."""


def themed(result: Result, theme: str) -> str:
    """Figures of a theme; a column appears where the result has the figure."""
    figures = {name: scorer["metrics"] for name, scorer in result["scorers"].items()}
    shown = {
        metric: column
        for metric, column in _THEMES[theme].items()
        if any(metrics.get(metric) is not None for metrics in figures.values())
    }
    if not shown:
        return ""
    rows = [
        [_LABELS.get(name, name)]
        + [
            "–" if metrics.get(metric) is None else write(metrics[metric])
            for metric, (_, write) in shown.items()
        ]
        for name, metrics in figures.items()
    ]
    return markdown(["list maker", *(title for title, _ in shown.values())], rows)


def top_k(result: Result) -> str:
    """Share of held-out interactions among the first k of the catalogue, and NDCG@20."""
    rows = []
    for name, scorer in result["scorers"].items():
        metrics = scorer["metrics"]
        shares = [figure(metrics.get(f"top-{k}, seen removed"), 3) for k in (10, 100)]
        row = [_LABELS.get(name, name), *shares]
        for metric in (LIKED, OVER_ALL):
            row += [figure(metrics.get(metric)), _beside_best(result, name, metric)]
        rows.append(row)
    columns = ["list maker", "top-10", "top-100", "NDCG@20, liked", "× best baseline (95 %)"]
    return markdown([*columns, "NDCG@20, all", "× best, all (95 %)"], rows)


def ratings(result: Result) -> str:
    """Predicted beside given ratings."""
    labels = {"ours": "**bookrec**"}
    rows = []
    for name, row in result["rating_prediction"].items():
        gain = "–"
        if row.get("gain") is not None:
            gain = interval(row["gain"], row["gain low"], row["gain high"])
        cells = [f"{row['rmse']:.3f}", f"{row['mae']:.3f}", figure(row["pearson"], 3), gain]
        rows.append([labels.get(name, name), *cells])
    columns = ["predictor", "RMSE", "MAE", "Pearson", "gain in Pearson over the book's mean (95 %)"]
    return markdown(columns, rows)


def new_readers(result: Result) -> str:
    """NDCG@20 of readers hidden from training."""
    rows = result["new_readers"]
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    return markdown(
        ["list maker", *columns],
        ([_LABELS.get(n, n), *(figure(row.get(c)) for c in columns)] for n, row in rows.items()),
    )


def similar_books(result: Result) -> str:
    """Co-readings among the first similar books; overlap with the most co-liked, and bestsellers."""
    labels = {**_LABELS, "default": "**bookrec**"}
    makers = result["neighbourhoods"]
    compared = any("overlap@20" in row for row in makers.values())
    counted = any("bestsellers@12" in row for row in makers.values())
    columns = ["similar books by", "share of co-readings found (95 %)"]
    columns += ["overlap@20 with the most co-liked (95 %)"] * compared
    columns += ["bestsellers' share of the first 12"] * counted
    rows = []
    for name, row in makers.items():
        cells = [labels.get(name, name), interval(row["found"], row["low"], row["high"])]
        if compared:
            edges = [row.get(key) for key in ("overlap@20", "overlap low", "overlap high")]
            cells.append("–" if None in edges else interval(*edges))
        if counted:
            cells.append(_percent(row["bestsellers@12"]))
        rows.append(cells)
    return markdown(columns, rows)


def tuned(result: Result) -> str:
    """Settings that were chosen for each baseline."""
    rows = []
    for name, tunings in result["tuning"].items():
        for tuning in tunings:
            best = ", ".join(f"{key} {value}" for key, value in tuning["best"].items()) or "–"
            trials = f"{len(tuning['trials'])}{'' if tuning['complete'] else ', time was up'}"
            rows.append([_LABELS.get(name, name), best, trials])
    return markdown(["baseline", "settings chosen on the validation part", "trials"], rows)


def sessions(result: Result) -> str:
    """Lists for the next book of a visit, beside the static list and the best of others."""
    metrics = {"hit_rate@20": "HR@20", "mrr@20": "MRR@20", "ndcg@20": "NDCG@20"}
    rows = []
    for name, scorer in result["scorers"].items():
        row = [_LABELS.get(name, name)]
        row += [
            interval(*(scorer["intervals"][metric][end] for end in ("value", "low", "high")))
            for metric in metrics
        ]
        static = scorer["against_static"].get("ndcg@20")
        row.append(f"{static['ratio']['value']:.2f}" if static else "–")
        row += [_beside_best(result, name, metric) for metric in ("hit_rate@20", "ndcg@20")]
        rows.append([*row, f"{scorer['cpu_ms']:.2f}"])
    columns = ["list maker", *metrics.values(), "NDCG × static"]
    columns += ["HR × best of others (95 %)", "NDCG × best (95 %)", "CPU ms"]
    return markdown(columns, rows)


def _millions(rate: float, lowest: float, highest: float) -> str:
    return f"{rate / 1e6:.2f} ({lowest / 1e6:.2f}–{highest / 1e6:.2f})"


def scoring(result: Result) -> str:
    """Rates of the ways of scoring."""
    rows = [
        [
            f"`{row['way']}`" if row["way"].startswith(("model", "tf")) else row["way"],
            _millions(row["pairs_per_second"], row["lowest"], row["highest"]),
            f"{row['ratio']:.1f}",
            f"{row['share']:.0%}",
        ]
        for row in result["ways"]
    ]
    limit = result["sgemm"]["flops"] / (2 * result["multiply_adds"])
    flops = f"sgemm alone ({result['sgemm']['flops'] / 1e9:,.0f} GFLOP/s)"
    rows.append([flops, f"{limit / 1e6:.2f}", "–", "100%"])
    return markdown(["method", "M pairs/s (lowest–highest)", "× predict", "share of sgemm"], rows)


def origin(result: Result) -> str:
    """Where a result comes from, in two lines."""
    source = result["origin"]
    unfinished = (
        ""
        if result["about"].get("finished", True)
        else " The run has not finished: figures so far."
    )
    note = f" {source['note']}" if source.get("note") else ""
    version = f"bookrec {source['bookrec']}, commit {source['commit']}, {source['date']}"
    return f"`{source['command']}`\n({version}).{note}{unfinished}\n"


_HEADLINE: Final = (
    "data",
    "readers",
    "books",
    "interactions",
    "NDCG@20, liked books",
    "best tuned baseline",
    "popularity",
)
_HEADLINE_VI: Final = (
    "dữ liệu",
    "bạn đọc",
    "sách",
    "tương tác",
    "NDCG@20, sách được thích",
    "đối chứng tốt nhất, đã tinh chỉnh",
    "sách phổ biến",
)


def headline(*results: Result, columns: Sequence[str] = _HEADLINE) -> str:
    """One row for each data set: as published, beside the best baseline and popularity."""
    rows = []
    for result in results:
        about, scorers = result["about"], result["scorers"]
        best = result["best_baseline"][LIKED]
        ours = scorers.get("default")
        rows.append(
            [
                _DATA_SETS.get(result["name"], result["name"]),
                *(f"{about[key]:,}" for key in ("readers", "books", "interactions")),
                f"**{figure(ours['metrics'][LIKED])}**" if ours else "–",
                f"{figure(scorers[best]['metrics'][LIKED])} ({_LABELS.get(best, best)})",
                figure(scorers["popularity"]["metrics"][LIKED]),
            ]
        )
    return markdown(columns, rows)


TABLES: Final[dict[str, Callable[..., str]]] = {
    "lists": lists,
    **{theme: partial(themed, theme=theme) for theme in _THEMES},
    "top-k": top_k,
    "ratings": ratings,
    "new-readers": new_readers,
    "similar-books": similar_books,
    "tuned": tuned,
    "sessions": sessions,
    "scoring": scoring,
    "origin": origin,
    "headline": headline,
    "headline-vi": partial(headline, columns=_HEADLINE_VI),
}


def table(kind: str, names: Sequence[str]) -> str:
    """Render one table; a sentence where its result is missing or has no such figures."""
    results = [dict(result, name=name) for name in names if (result := load(name)) is not None]
    if not results:
        return f"No result yet in `docs/results/{names[0]}.json`.\n"
    text = TABLES[kind](*results)
    if kind != "origin" and text.count("\n") < 3:
        return f"`docs/results/{names[0]}.json` has no such figures.\n"
    return text


def rendered(text: str) -> str:
    """A page with every table between markers rendered again."""

    def replace(block: re.Match[str]) -> str:
        kind, names = block["kind"], block["names"]
        body = table(kind, names.split())
        return f"<!-- table:{kind} {names} -->\n{body}<!-- /table -->"

    return _BLOCK.sub(replace, text)


def add(name: str, file: Path, command: str, commit: str, note: str) -> None:
    """Copy a result to ``docs/results`` with its origin."""
    result: Result = json.loads(file.read_text(encoding="utf-8"))
    about = result["about"]
    date, version = about["created_at"][:10], about["versions"]["bookrec"]
    source = {"command": command, "date": date, "bookrec": version, "commit": commit}
    if note:
        source["note"] = note
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"origin": source, **result}, indent=1, ensure_ascii=False, allow_nan=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _head() -> str:
    git = ["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


def main() -> None:
    """Render the pages, or add a result and then render them."""
    parser = argparse.ArgumentParser(description="Render the tables of the documentation.")
    verbs = parser.add_subparsers(dest="verb")
    adding = verbs.add_parser("add", help="copy a result to docs/results, with its origin")
    adding.add_argument("name")
    adding.add_argument("file", type=Path)
    adding.add_argument("--command", required=True, help="the command that wrote the file")
    adding.add_argument("--commit", help="of the code that ran (default: HEAD)")
    adding.add_argument("--note", default="", help="e.g. what else the machine was doing")
    arguments = parser.parse_args()
    if arguments.verb == "add":
        commit = arguments.commit or _head()
        add(arguments.name, arguments.file, arguments.command, commit, arguments.note)
    for name in PAGES:
        path = REPOSITORY / name
        path.write_text(rendered(path.read_text(encoding="utf-8")), encoding="utf-8")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
