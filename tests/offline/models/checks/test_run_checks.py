"""``artifacts check`` on a model made elsewhere, with faults in its mapping, parts and weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import pytest

from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from notebook import add_statistics, ratings_table
from shapes import SHAPES
from tiny_import import import_tiny

start_tensorflow()

from bookrec.offline.external.artifacts.encoder import Encoder  # noqa: E402
from bookrec.offline.external.graphs.model_inputs import inputs_of  # noqa: E402
from bookrec.offline.models.checks import encoder_checks, number_checks  # noqa: E402
from bookrec.offline.models.checks.coverage_checks import (  # noqa: E402
    check_books_known,
    check_readers_known,
)
from bookrec.offline.models.checks.finding import Finding  # noqa: E402
from bookrec.offline.models.checks.ranking_checks import (  # noqa: E402
    check_beats_popularity,
    check_orders_differ,
)
from bookrec.offline.models.checks.subject import Subject  # noqa: E402
from bookrec.offline.models.imported.imported_origin import Imported, imported_model  # noqa: E402

pytestmark = pytest.mark.slow


@dataclass
class Checked:
    bundle: Any
    dataset: Dataset

    def levels(self, check: Any, name: str = "", **changes: Any) -> dict[str, Finding]:
        """Run a check after a change of one input's plan; findings by input."""
        plans = tuple(
            replace(plan, **changes) if plan.name == name else plan
            for plan in imported_model(self.bundle).plans
        )
        imported = replace(imported_model(self.bundle), plans=plans)
        subject = Subject(replace(self.bundle, origin=Imported(imported)), self.dataset)
        return {finding.text.split(":")[0]: finding for finding in check(subject)}


def checked_notebook(home: Home, root: Any, shape: str) -> Checked:
    dataset = load_dataset(home)
    (root / "notebook").mkdir()
    SHAPES[shape](root / "notebook", add_statistics(ratings_table(dataset)))
    bundle = import_tiny(None, root / "notebook", dataset)
    bundle.manifest.setdefault("files", {})
    return Checked(bundle, dataset)


@pytest.fixture(scope="module")
def classic(tiny_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked_notebook(tiny_home, tmp_path_factory.mktemp("checked"), "classic")


@pytest.mark.parametrize(
    "check",
    [
        encoder_checks.check_encoders_used,
        encoder_checks.check_encoder_sizes,
        encoder_checks.check_unknown_codes,
        encoder_checks.check_id_types,
        number_checks.check_constant_inputs,
        number_checks.check_title_vectors,
    ],
)
def test_a_correct_import_has_no_finding(classic: Checked, check: Callable):
    findings = classic.levels(check)
    assert {finding.level for finding in findings.values()} == {"ok"}


def test_a_bad_model_is_compared_with_retrieval_and_popularity(classic: Checked):
    """The weights are random: the retrieval alone lists better books, by as much as is stated."""
    subject = Subject(classic.bundle, classic.dataset)
    findings = {finding.check: finding for finding in check_beats_popularity(subject)}
    retrieval = findings["beats retrieval"]
    assert retrieval.level == "warning"
    figures = (
        r"the model ranks worse than .+ alone by \d+%: NDCG@20 0\.\d{4}, .+ 0\.\d{4}"
        r" \(difference -0\.\d{4} ± 0\.\d{4}\)"
    )
    assert re.match(figures, retrieval.text)
    assert retrieval.figures["ndcg@20"] < retrieval.figures["retrieval_ndcg@20"]
    popularity = findings["beats popularity"]
    assert popularity.level != "ok"
    assert re.match(r"NDCG@20 0\.\d{4}, popularity 0\.\d{4} \(difference -", popularity.text)
    authors = findings["own authors"]
    assert re.match(r"\d+\.\d% of the places are .*, of popular books", authors.text)
    assert authors.figures.keys() == {"share", "popularity_share"}
    assert "own language" in findings  # the sample has too few readers of a known language to judge


def test_scalers_are_of_the_same_data(classic: Checked):
    findings = classic.levels(number_checks.check_scalers)
    assert {finding.level for finding in findings.values()} == {"ok"}
    figures = findings["num_ratings_scaled"].figures
    assert figures["max"] == figures["fitted_max"] > 1
    assert figures["outside"] == 0.0
    assert 0 < findings["avg_rating_scaled"].figures["outside"] < 0.05  # books it was not shown


def test_counted_otherwise_than_the_scaler_is_a_warning(classic: Checked):
    plans = {plan.name: plan for plan in imported_model(classic.bundle).plans}
    explicit = plans["num_ratings_scaled"].mapping
    assert explicit.counted == "explicit"
    before = classic.levels(number_checks.check_scalers)["num_ratings_scaled"]
    findings = classic.levels(
        number_checks.check_scalers,
        "num_ratings_scaled",
        mapping=msgspec.structs.replace(explicit, counted="all"),
    )["num_ratings_scaled"]
    assert findings.level == "warning"
    assert findings.figures["outside"] > before.figures["outside"]
    assert "counted" in findings.fix


def test_unknown_sent_as_the_first_book_is_an_error(classic: Checked):
    findings = classic.levels(
        encoder_checks.check_unknown_codes, "isbn_encoded", unknown="code", unknown_number=0.0
    )
    first = classic.dataset.books["isbn"].iloc[0]
    assert findings["isbn_encoded"].level == "error"
    assert repr(first) in findings["isbn_encoded"].text
    assert findings["author_encoded"].level == "ok"


def test_an_encoder_of_other_data_is_used_for_nothing(classic: Checked):
    other = Encoder.of_labels(["Nobody's Press", "Elsewhere & Sons"])
    used = classic.levels(encoder_checks.check_encoders_used, "publisher_encoded", encoder=other)
    assert used["publisher_encoded"].level == "error"
    sizes = classic.levels(encoder_checks.check_encoder_sizes, "publisher_encoded", encoder=other)
    assert sizes["publisher_encoded"].level == "warning"
    same = classic.levels(number_checks.check_constant_inputs, "publisher_encoded", encoder=other)
    assert [f.figures["input"] for f in same.values()] == ["publisher_encoded"]


def test_an_encoder_larger_than_its_embedding_is_an_error(classic: Checked):
    labels = [f"Author {number}" for number in range(5000)]
    findings = classic.levels(
        encoder_checks.check_encoder_sizes, "author_encoded", encoder=Encoder.of_labels(labels)
    )
    assert findings["author_encoded"].level == "error"


def test_ids_as_numbers_are_reported_and_duplicates_are_an_error(classic: Checked):
    plain = classic.levels(encoder_checks.check_id_types)["user_id_encoded"]
    assert plain.figures["types"] == ["whole number"]
    (plan,) = (p for p in imported_model(classic.bundle).plans if p.name == "user_id_encoded")
    labels = (*plan.encoder.labels, *(str(label) for label in plan.encoder.labels[:4]))
    findings = classic.levels(
        encoder_checks.check_id_types, "user_id_encoded", encoder=Encoder.of_labels(labels)
    )
    assert findings["user_id_encoded"].level == "error"
    assert findings["user_id_encoded"].figures == {"ids_with_two_codes": 4}


def test_readers_and_books_known_are_those_of_the_encoders(classic: Checked):
    subject = Subject(classic.bundle, classic.dataset)
    (readers,), (books,) = list(check_readers_known(subject)), list(check_books_known(subject))
    plans = {plan.name: plan for plan in imported_model(classic.bundle).plans}
    isbns = set(plans["isbn_encoded"].encoder.labels)
    assert books.figures["known"] == sum(i in isbns for i in classic.dataset.books["isbn"])
    assert 0 < books.figures["known"] < books.figures["of"]
    assert 0 < readers.figures["known"] < readers.figures["of"]


def test_a_model_that_ignores_the_reader_has_one_order(
    tiny_home: Home, tmp_path_factory: pytest.TempPathFactory
):
    """The model multiplies reader and book vectors; with equal reader vectors, one order is left."""
    checked = checked_notebook(tiny_home, tmp_path_factory.mktemp("deaf"), "two_inputs")
    (before,) = check_orders_differ(Subject(checked.bundle, checked.dataset))
    assert before.level == "ok"
    (user,) = (i for i in inputs_of(checked.bundle.ranker)[0] if i.name == "user_input")
    of_readers = user.lookups[0].layer
    (rows,) = of_readers.get_weights()
    of_readers.set_weights([np.tile(rows[:1], (len(rows), 1))])
    (after,) = check_orders_differ(Subject(checked.bundle, checked.dataset))
    assert after.level == "error"
    assert after.figures["kendall_tau"] > 0.999
