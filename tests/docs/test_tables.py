"""Documentation: generated tables, results, lengths, headings, links."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from requirements import REPOSITORY


def imported(name: str) -> ModuleType:
    """A module of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"docs_{name}", REPOSITORY / "docs" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tables = imported("tables")
site_pages = imported("site_pages")
DOCS = REPOSITORY / "docs"
RESULTS = sorted((DOCS / "results").glob("*.json"))
EXPERIMENTS = sorted((DOCS / "experiments").glob("2*.md"))
PAGES = sorted({*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")})
MAX_LINES = {
    "README.md": 120,
    "README.vi.md": 120,
    "ARCHITECTURE.md": 120,
    "docs/evaluation.md": 120,
    "docs/scoring-speed.md": 120,
}
HEADINGS = ["Question", "Set-up", "Results", "Decision"]
LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
IMAGE = re.compile(r'<img src="(?P<target>[^"]+)"')


@pytest.mark.parametrize("name", tables.PAGES)
def test_tables_are_rendered_from_the_results(name: str):
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert tables.rendered(text) == text, "run: python docs/tables.py"


def test_a_page_with_another_figure_is_caught():
    text = (DOCS / "evaluation.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| popularity |"))
    changed = text.replace(row, row.replace("0", "1", 1))
    assert changed != text
    assert tables.rendered(changed) == text


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_a_result_names_its_origin(path: Path):
    origin = tables.load(path.stem)["origin"]
    assert origin["command"].startswith("bookrec ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", origin["date"])
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", origin["bookrec"])
    assert re.fullmatch(r"[0-9a-f]{7,40}", origin["commit"])


def test_a_result_is_added_with_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "RESULTS", tmp_path / "results")
    report = tmp_path / "report.json"
    report.write_text(
        '{"about": {"created_at": "2026-11-26T09:49:57Z", "versions": {"bookrec": "0.1.0"}}}'
    )
    tables.add("shop", report, "bookrec evaluate", "879faf8", "")
    assert tables.load("shop")["origin"] == {
        "command": "bookrec evaluate",
        "date": "2026-11-26",
        "bookrec": "0.1.0",
        "commit": "879faf8",
    }
    assert tables.load("missing") is None


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.07846, 4, ".0785"), (1.5, 3, "1.500"), (-0.02, 2, "-.02"), (None, 3, "–")],
)
def test_figures(value: float | None, digits: int, text: str):
    assert tables.figure(value, digits) == text


def test_pages_are_short():
    long = {
        name: lines
        for name, limit in MAX_LINES.items()
        if (lines := len((REPOSITORY / name).read_text(encoding="utf-8").splitlines())) > limit
    }
    assert long == {}


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_an_experiment_is_short_and_has_the_fixed_headings(path: Path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    assert re.search(r"[Cc]ommits? [0-9a-f]{7}", text)
    assert re.fullmatch(r"\d{4}-\d\d-[a-z0-9-]+", path.stem)


@pytest.mark.parametrize("folder", ["decisions", "experiments"])
def test_every_page_stands_in_the_index_of_its_folder(folder: str):
    index = (DOCS / folder / "index.md").read_text(encoding="utf-8")
    pages = {path.name for path in (DOCS / folder).glob("*.md")} - {"index.md"}
    assert pages == {match["target"] for match in LINK.finditer(index)} & pages


def test_architecture_lists_every_folder_of_the_code():
    source = REPOSITORY / "src" / "bookrec"
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[a-z_./]+/`(?:, `[a-z_./]+/`)*) \|", text, re.MULTILINE)
    listed = {folder for cell in cells for folder in re.findall(r"`([a-z_./]+/)`", cell)}
    folders = {f"{path.parent.relative_to(source)}/" for path in source.rglob("__init__.py")}
    assert listed == folders


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_lead_to_files(path: Path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = [
        target
        for match in [*LINK.finditer(text), *IMAGE.finditer(text)]
        if not (target := match["target"]).startswith(("http", "#"))
        and not (path.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_links_of_the_root_lead_to_pages_of_the_site():
    text = (
        "[a](docs/evaluation.md#results) [b](CHANGELOG.md) [c](LICENSE) [d](https://example.org) "
        '<img src="docs/images/home.png" width="41%" alt="Shelf">'
    )
    assert site_pages.rewritten(text) == (
        "[a](evaluation.md#results) [b](changelog.md) [c](licence.md) [d](https://example.org) "
        '![Shelf](images/home.png){ width="41%" }'
    )


def test_an_example_of_a_help_text_becomes_a_block_of_code():
    text = (
        "Serve the site.\n\n    \b\n    Example:\n      bookrec serve\n      bookrec doctor\n    "
    )
    assert site_pages.as_markdown(text) == (
        "Serve the site.\n\n**Example:**\n\n```\nbookrec serve\nbookrec doctor\n```"
    )


def test_rates_of_scoring_are_in_millions_beside_the_limit():
    way = {"way": "split, as score", "pairs_per_second": 2.5e6, "lowest": 2e6, "highest": 3e6}
    result = {
        "ways": [{**way, "ratio": 12.34, "share": 0.976}],
        "sgemm": {"flops": 4e11},
        "multiply_adds": 10_000,
    }
    assert tables.scoring(result).splitlines()[2:] == [
        "| split, as score | 2.50 (2.00–3.00) | 12.3 | 98% |",
        "| sgemm alone (400 GFLOP/s) | 20.00 | – | 100% |",
    ]


def scorer(metrics: dict[str, float], **ratios: float) -> dict:
    against = {
        metric: {"ratio": {"value": ratio, "low": ratio - 0.1, "high": ratio + 0.1}}
        for metric, ratio in ratios.items()
    }
    return {"metrics": metrics, "against_best_baseline": against}


def test_each_figure_stands_beside_the_baseline_that_is_best_by_it():
    result = {
        "best_baseline": {"ndcg@20_liked": "ease", "ndcg@20": "popularity"},
        "scorers": {
            "popularity": scorer({"ndcg@20": 0.2, "ndcg@20_liked": 0.1}, **{"ndcg@20_liked": 0.5}),
            "ease": scorer({"ndcg@20": 0.1, "ndcg@20_liked": 0.2}, **{"ndcg@20": 0.5}),
        },
    }
    assert tables.lists(result).splitlines()[2:] == [
        "| popularity | .1000 | 0.50 (0.40–0.60) | – | .2000 | best baseline | – |",
        "| EASE | .2000 | best baseline | – | .1000 | 0.50 (0.40–0.60) | – |",
    ]


def test_a_column_appears_where_the_result_has_the_figure():
    old, new = scorer({"gini@20": 0.9}), scorer({"gini@20": 0.5, "badly rated": 0.0351})
    assert tables.themed({"scorers": {"ease": old}}, "shelf").splitlines() == [
        "| list maker | Gini |",
        "| --- | ---: |",
        "| EASE | 0.900 |",
    ]
    assert tables.themed({"scorers": {"ease": old, "slim": new}}, "shelf").splitlines()[2:] == [
        "| EASE | – | 0.900 |",
        "| SLIM | 3.51% | 0.500 |",
    ]
    assert tables.themed({"scorers": {"ease": old}}, "discovery") == ""


def test_similar_books_of_old_and_new_results():
    row = {"found": 0.0316, "low": 0.02, "high": 0.04}
    old = tables.similar_books({"neighbourhoods": {"default": row}})
    assert old.splitlines()[2:] == ["| **bookrec** | .032 (.020–.040) |"]
    more = {**row, "overlap@20": 0.1, "overlap low": 0.09, "overlap high": 0.11}
    makers = {"default": {**more, "bestsellers@12": 0.132}, "slim": {**row, "bestsellers@12": 0.03}}
    assert tables.similar_books({"neighbourhoods": makers}).splitlines()[2:] == [
        "| **bookrec** | .032 (.020–.040) | .100 (.090–.110) | 13.2% |",
        "| SLIM | .032 (.020–.040) | – | 3.00% |",
    ]


def test_pages_name_symbols_that_exist():
    """Dotted names of bookrec in prose lead to modules, or to attributes of modules."""
    wrong = set()
    for path in PAGES:
        if path.parent.name in ("experiments", "decisions") or path.name == "CHANGELOG.md":
            continue
        for name in re.findall(r"\bbookrec(?:\.[a-z_0-9]+)+", path.read_text(encoding="utf-8")):
            parts = name.split(".")
            candidates = [
                REPOSITORY / "src" / Path(*parts[:end]) for end in (len(parts), len(parts) - 1)
            ]
            if not any(c.is_dir() or c.with_suffix(".py").exists() for c in candidates):
                wrong.add(f"{path.relative_to(REPOSITORY)}: {name}")
    assert wrong == set()
