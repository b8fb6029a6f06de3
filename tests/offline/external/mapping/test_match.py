"""Certain matches of a model's inputs, questions, and the contents of mapping files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from notebook import dump, label_encoder, min_max_scaler, standard_scaler
from small_dataset import ISBNS, small_dataset

start_tensorflow()

from bookrec.offline.external.artifacts.artifact_files import find_sources  # noqa: E402
from bookrec.offline.external.artifacts.encoder import NOT_KNOWN, Encoder  # noqa: E402
from bookrec.offline.external.graphs.model_inputs import Lookup, ModelInput  # noqa: E402
from bookrec.offline.external.mapping.candidate import Guess  # noqa: E402
from bookrec.offline.external.mapping.draft import draft  # noqa: E402
from bookrec.offline.external.mapping.input_plan import InputPlan  # noqa: E402
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping, read_mapping  # noqa: E402
from bookrec.offline.external.mapping.match import match_inputs  # noqa: E402
from bookrec.offline.external.mapping.match_by_content import ContentComparison  # noqa: E402
from bookrec.offline.external.mapping.plan_inputs import make_plans  # noqa: E402

READERS = ["8", "99", "276725", "shop:1"]


def looked_up(name: str, rows: int) -> ModelInput:
    return ModelInput(name, (1,), "int32", (Lookup(None, f"{name}_table", rows),))


def number(name: str) -> ModelInput:
    return ModelInput(name, (1,), "float32", ())


def guesses_for(directory: Path, *inputs: ModelInput) -> list[Guess]:
    return match_inputs(inputs, find_sources(directory), ContentComparison(small_dataset()))


def guess_for(directory: Path, model_input: ModelInput) -> Guess:
    return guesses_for(directory, model_input)[0]


def test_an_encoder_is_found_by_name(tmp_path: Path):
    dump(tmp_path / "user_encoder.pkl", label_encoder([8, 99, 276725]))
    dump(tmp_path / "isbn_encoder.pkl", label_encoder(ISBNS[:3]))
    guess = guess_for(tmp_path, looked_up("user_id_encoded", 3))
    assert guess.sure
    assert guess.mapping() == InputMapping(
        side="reader", column="user_id", encoder="user_encoder.pkl"
    )


def test_an_encoder_is_found_by_contents_and_size(tmp_path: Path):
    dump(tmp_path / "le1.pkl", label_encoder(READERS[:3]))
    dump(tmp_path / "le2.pkl", label_encoder(ISBNS[:5]))
    users, books = guesses_for(tmp_path, looked_up("input_1", 3), looked_up("input_2", 6))
    assert users.mapping().encoder == "le1.pkl"
    assert users.mapping().column == "user_id"
    assert books.mapping().encoder == "le2.pkl"
    assert books.mapping().column == "isbn"


def test_titles_in_the_place_of_isbns(tmp_path: Path):
    dump(tmp_path / "book_encoder.pkl", label_encoder(["Emma", "Dune", "Beowulf"]))
    assert guess_for(tmp_path, looked_up("book_id", 3)).mapping().column == "title"


def test_two_encoders_of_one_name_are_a_question(tmp_path: Path):
    dump(tmp_path / "user_encoder.pkl", label_encoder(READERS))
    dump(tmp_path / "users.pkl", {"user": label_encoder([*READERS[:3], "7"])})
    guess = guess_for(tmp_path, looked_up("user_id", 4))
    assert guess.questions == {"encoder": "it could be user_encoder.pkl or users.pkl:user"}


def test_an_encoder_larger_than_its_embedding_is_a_question(tmp_path: Path):
    dump(tmp_path / "user_encoder.pkl", label_encoder(READERS))
    guess = guess_for(tmp_path, looked_up("user_id", 3))
    assert "4 classes, more than the embedding's 3 rows" in guess.questions["encoder"]


def test_an_encoder_much_smaller_than_its_embedding_is_a_question(tmp_path: Path):
    dump(tmp_path / "user_encoder.pkl", label_encoder(READERS))
    guess = guess_for(tmp_path, looked_up("user_id", 4000))
    assert "4 classes, the embedding 4,000 rows" in guess.questions["encoder"]


def test_an_encoder_of_other_data_is_a_question(tmp_path: Path):
    dump(tmp_path / "user_encoder.pkl", label_encoder(["anna", "bert"]))
    assert (
        "has no user_id of this data set"
        in (guess_for(tmp_path, looked_up("user_id", 2)).questions["encoder"])
    )


def test_age_bands_that_are_numbers_say_no_ages(tmp_path: Path):
    dump(tmp_path / "age_encoder.pkl", label_encoder([0, 1, 2, 3]))
    assert not guess_for(tmp_path, looked_up("age", 4)).sure


def whole_number_ids(first: int, count: int) -> Dataset:
    """A data set of readers and books numbered from ``first`` on."""
    dataset = small_dataset()
    names = [str(first + i) for i in range(count)]
    readers = pd.DataFrame({"user_id": names, "location": ""})
    readers["age"] = pd.array([None] * count, dtype="Int16")
    books = pd.concat([dataset.books.iloc[:1]] * count, ignore_index=True).assign(isbn=names)
    return replace(dataset, readers=readers, books=books)


@pytest.mark.parametrize("rows", [9, 10])
def test_of_a_map_and_its_inverse_the_ids_of_the_data_choose(tmp_path: Path, rows: int):
    dump(tmp_path / "book2idx.pkl", {i + 1: i for i in range(9)})
    dump(tmp_path / "idx2book.pkl", {i: i + 1 for i in range(9)})
    content = ContentComparison(whole_number_ids(1, 9))
    (guess,) = match_inputs([looked_up("book_id", rows)], find_sources(tmp_path), content)
    encoder = find_sources(tmp_path).parts[str(guess.mapping().encoder)].value
    assert isinstance(encoder, Encoder)
    assert encoder.find("isbn", ["1", "9", "0"]).tolist() == [0, 8, NOT_KNOWN]
    spare = "rows to spare: 1, taken to be the last (offset 0)"
    assert (spare in guess.notes) == (rows == 10)


def test_an_inverse_alone_is_read_as_labels_by_code(tmp_path: Path):
    dump(tmp_path / "book_encoded2book.pkl", {i: i + 1 for i in range(9)})
    content = ContentComparison(whole_number_ids(1, 9))
    (guess,) = match_inputs([looked_up("book_id", 10)], find_sources(tmp_path), content)
    assert guess.mapping().encoder == "book_encoded2book.pkl:inverted"


def test_equal_encoders_of_readers_and_books_are_a_question(tmp_path: Path):
    dump(tmp_path / "book2idx.pkl", {i + 1: i for i in range(9)})
    dump(tmp_path / "user2idx.pkl", {i + 1: i for i in range(9)})
    dump(tmp_path / "idx2user.pkl", {i: i + 1 for i in range(9)})
    content = ContentComparison(whole_number_ids(1, 9))
    inputs = [looked_up("pair.0", 9), looked_up("pair.1", 10)]
    for guess in match_inputs(inputs, find_sources(tmp_path), content):
        assert guess.questions["encoder"] == ("it could be book2idx.pkl or user2idx.pkl")
        assert "column" in guess.questions


def test_a_map_that_fits_both_ways_is_a_question(tmp_path: Path):
    """The data have readers 0 to 9, so labels 0 to 8 and labels 1 to 9 all occur."""
    dump(tmp_path / "user2idx.pkl", {i + 1: i for i in range(9)})
    content = ContentComparison(whole_number_ids(0, 10))
    for rows in (9, 10):
        (guess,) = match_inputs([looked_up("user_id", rows)], find_sources(tmp_path), content)
        if rows == 10:
            assert guess.questions == {
                "encoder": "it could be user2idx.pkl or user2idx.pkl:inverted"
            }
        else:  # codes 1 to 9 are too many for nine rows
            assert guess.mapping().encoder == "user2idx.pkl"


def test_a_scaler_that_was_never_saved_is_a_question(tmp_path: Path):
    assert (
        "no scaler here is of it" in guess_for(tmp_path, number("year_scaled")).questions["scaler"]
    )
    assert guess_for(tmp_path, number("avg_rating")).sure


def test_an_unreadable_name_is_a_question(tmp_path: Path):
    assert "column" in guess_for(tmp_path, number("x7")).questions


def test_how_ratings_were_counted_is_seen_in_the_scaler(tmp_path: Path):
    """Book 0 has ratings 3 and 4; book 1 has 5, 1 and one without a rating."""
    explicit = pd.DataFrame({"a": [3.5, 3.0, 2.0, 5.0], "n": [2, 2, 1, 1]})
    everything = pd.DataFrame({"a": [3.5, 2.0, 2.0, 0.0, 5.0], "n": [2, 3, 1, 2, 1]})
    dump(tmp_path / "item_scaler.pkl", min_max_scaler(explicit))
    assert guess_for(tmp_path, number("avg_rating_scaled")).mapping().counted == "explicit"
    dump(tmp_path / "item_scaler.pkl", min_max_scaler(everything))
    mean, count = guesses_for(tmp_path, number("avg_rating_scaled"), number("num_ratings_scaled"))
    assert mean.mapping().counted == "all"
    assert (mean.mapping().scaler_column, count.mapping().scaler_column) == (0, 1)


def test_the_order_in_a_scaler_is_seen_in_its_numbers(tmp_path: Path):
    """Book 0 has ratings 3 and 4; book 1 has 5, 1 and one without a rating."""
    items = pd.DataFrame({"n": [2, 2, 1, 1], "a": [3.5, 3.0, 2.0, 5.0]})
    for scaler in (min_max_scaler(items), standard_scaler(items)):
        dump(tmp_path / "item_scaler.pkl", scaler)
        mean, count = guesses_for(
            tmp_path, number("avg_rating_scaled"), number("num_ratings_scaled")
        )
        assert (mean.mapping().scaler_column, count.mapping().scaler_column) == (1, 0)


def test_an_order_that_the_data_leave_open_is_a_question(tmp_path: Path):
    dump(tmp_path / "item_scaler.pkl", standard_scaler([[2.0, 2.0], [2.5, 2.5], [3.0, 3.0]]))
    guess = guess_for(tmp_path, number("avg_rating_scaled"))
    assert "it could be 0 or 1 of item_scaler.pkl" in guess.questions["scaler_column"]
    text = draft("model.keras", [guess], find_sources(tmp_path), {})
    assert 'scaler = "item_scaler.pkl"\nscaler_column = "?"' in text


def test_a_column_of_titles_is_not_that_of_isbns(tmp_path: Path):
    content = {
        "scaler": standard_scaler([[1.0, 2000.0, 3.0], [2.0, 1990.0, 1.0], [9.0, 1980.0, 2.0]]),
        "feature_columns": ["book_title", "year", "isbn"],
    }
    dump(tmp_path / "all.pkl", content)
    assert guess_for(tmp_path, number("isbn_scaled")).fields["scaler_column"] == 2
    assert guess_for(tmp_path, number("title_scaled")).fields["scaler_column"] == 0
    dump(tmp_path / "all.pkl", content | {"feature_columns": ["book_title", "year", "pages"]})
    assert "scaler" in guess_for(tmp_path, number("isbn_scaled")).questions


def test_of_two_columns_of_one_name_the_numbers_choose(tmp_path: Path):
    dump(
        tmp_path / "all.pkl",
        {
            # The catalogue's years: 2002, 2003, 2003, 1990, 1986.
            "scaler": standard_scaler([[1.0, 2002.0], [4.0, 1990.0], [2.0, 2003.0]]),
            "feature_columns": ["year_code", "year"],
        },
    )
    guess = guess_for(tmp_path, number("year_scaled"))
    assert guess.fields["scaler_column"] == 1
    assert any("by its mean and range" in note for note in guess.notes)


def test_ids_as_they_are_are_said_so_in_the_mapping(tmp_path: Path):
    assert "'none' if" in guess_for(tmp_path, looked_up("user_id", 300_000)).questions["encoder"]
    (tmp_path / "m.toml").write_text(
        "[inputs.user_id]\nside = 'reader'\ncolumn = 'user_id'\nencoder = 'none'\n"
    )
    mapping = read_mapping(tmp_path / "m.toml")
    assert mapping.inputs["user_id"] == InputMapping(side="reader", column="user_id")


def test_scaled_ids_are_codes_if_the_scaler_fits_codes(tmp_path: Path):
    dump(
        tmp_path / "all.pkl",
        {
            "user": label_encoder(READERS[:3]),
            "scaler": standard_scaler([[0.0], [1.0], [2.0]]),
            "feature_columns": ["user_id"],
        },
    )
    assert guess_for(tmp_path, number("user_id_scaled")).mapping().encoder == "all.pkl:user"
    dump(
        tmp_path / "all.pkl",
        {
            "user": label_encoder(READERS[:3]),
            "scaler": standard_scaler([[8.0], [276725.0]]),
            "feature_columns": ["user_id"],
        },
    )
    assert guess_for(tmp_path, number("user_id_scaled")).mapping().encoder is None


def test_a_hostile_pickle_is_listed_and_not_run(tmp_path: Path):
    (tmp_path / "evil.pkl").write_bytes(b"cos\nsystem\n(S'touch /tmp/evil-canary'\ntR.")
    sources = find_sources(tmp_path)
    assert "os.system" in sources.unread["evil.pkl"]
    assert not Path("/tmp/evil-canary").exists()


def test_a_draft_asks_and_a_complete_one_is_read_back(tmp_path: Path):
    dump(tmp_path / "user_encoder.pkl", label_encoder(READERS))
    inputs = [looked_up("user_id", 4), number("avg_rating"), looked_up("book", 6)]
    guesses = guesses_for(tmp_path, *inputs)
    text = draft("model.keras", guesses, find_sources(tmp_path), {"c": "float32"})
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=r"\[inputs\.book\]: encoder is still '\?'"):
        read_mapping(path)
    dump(tmp_path / "isbns.pkl", label_encoder(ISBNS))
    path.write_text(text.replace('encoder = "?"', 'encoder = "isbns.pkl"'))
    mapping = read_mapping(path)
    assert mapping.inputs["user_id"] == guesses[0].mapping()
    assert mapping.inputs["book"].encoder == "isbns.pkl"
    assert mapping.lambda_ == {"c": "float32"}
    assert mapping.model == "model.keras"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("inputs = 3", r"Expected `object`, got `int` - at `\$\.inputs`"),
        ("[inputs.a]\nside = 'reader'", "missing required field `column`"),
        (
            "[inputs.a]\nside = 'reader'\ncolumn = 'isbn'",
            r"\[inputs\.a\]: column is 'isbn'; a reader",
        ),
        ("[inputs.a]\nside = 'boy'\ncolumn = 'isbn'", "Invalid enum value 'boy'"),
        ("[inputs.a]\nside='book'\ncolumn='isbn'\nencodr='x'", "unknown field `encodr`"),
        ("[inputs.a]\nside='reader'\ncolumn='age'\nunknown='leave out'", "is for books"),
        ("[inputs.a]\nside='book'\ncolumn='year'\nunknown_class='x'", "there is no encoder"),
        ("[inputs.a\n", "is no TOML: .*line 1"),
        ("[inputs]\n[lambda]\na = 'str'", r"\[lambda\]: 'a' is declared as 'str'"),
    ],
)
def test_a_wrong_mapping_file_is_refused(tmp_path: Path, text: str, message: str):
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(ModelError, match=message) as refused:
        read_mapping(tmp_path / "m.toml")
    assert "m.toml" in str(refused.value)


def plan(directory: Path, model_input: ModelInput, **fields: object) -> InputPlan:
    """Plan an input, next to an input of the book."""
    book = InputMapping(side="book", column="isbn")
    inputs = [model_input] if fields["side"] == "book" else [model_input, number("isbn")]
    mapping = Mapping(inputs={"isbn": book, model_input.name: InputMapping(**fields)})  # type: ignore[arg-type]
    if fields["side"] == "book":
        mapping = Mapping(inputs={model_input.name: InputMapping(**fields)})  # type: ignore[arg-type]
    places = {"reader": np.arange(4, dtype=np.int32), "book": np.arange(6, dtype=np.int32)}
    return make_plans(inputs, mapping, find_sources(directory), small_dataset(), places)[0]


def test_a_plan_follows_the_mapping(tmp_path: Path):
    dump(tmp_path / "years.pkl", label_encoder(["0", "1986", "2003"]))
    fields = {"side": "book", "column": "year", "encoder": "years.pkl"}
    input_plan = plan(tmp_path, looked_up("year", 4), **fields)
    years = ["2003", "1986", "", "1990"]
    assert input_plan.unknown == "class"
    assert input_plan.values(years)[0].tolist() == [2, 1, 0, 0]
    assert input_plan.values(years)[1].tolist() == [True, True, False, False]
    input_plan = plan(tmp_path, looked_up("year", 4), **fields, offset=1, unknown=-1)
    assert input_plan.values(years)[0].tolist() == [3, 2, 0, 0]
    input_plan = plan(tmp_path, looked_up("year", 4), **fields, unknown="mean")
    assert input_plan.values(years)[0].tolist() == [2, 1, 4, 4]  # 4: the row that is added
    assert input_plan.values(years)[0].dtype == np.int32


def test_numbers_that_are_not_known_are_the_mean(tmp_path: Path):
    dump(tmp_path / "s.pkl", min_max_scaler(pd.DataFrame({"a": [1980.0, 2000.0]})))
    input_plan = plan(tmp_path, number("y"), side="book", column="year", scaler="s.pkl")
    values, known = input_plan.values(["1990", "", "2010"])
    # The catalogue's years: 2002, 2003, 2003, 1990, 1986.
    mean = (np.mean([2002, 2003, 2003, 1990, 1986]) - 1980) / 20
    np.testing.assert_allclose(values, [0.5, mean, 1.5], rtol=1e-6)
    assert known.tolist() == [True, False, True]


def test_ages_go_by_our_bands_where_labels_do(tmp_path: Path):
    dump(tmp_path / "a.pkl", label_encoder(["Unknown", "Under 18", "18-24", "25-64", "65+"]))
    input_plan = plan(tmp_path, looked_up("age", 5), side="reader", column="age", encoder="a.pkl")
    assert input_plan.side == "band"
    # Sorted: 18-24, 25-64, 65+, Under 18, Unknown.
    assert input_plan.by_band().tolist() == [4, 3, 0, 1, 1, 1, 1, 2]
    dump(tmp_path / "a.pkl", label_encoder(["0-20", "21-99"]))
    input_plan = plan(tmp_path, looked_up("age", 2), side="reader", column="age", encoder="a.pkl")
    assert input_plan.side == "reader id"
    assert input_plan.values(["20", "21", ""])[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"encoder": "none.pkl"}, r"no encoder 'none\.pkl'.*\(users\.pkl\)"),
        ({"encoder": "users.pkl", "offset": 2}, "codes up to 5, its embedding has 5 rows"),
        ({"encoder": "users.pkl", "unknown": 9}, "unknown is 9, its embedding has 5 rows"),
        ({"encoder": "users.pkl", "unknown_class": "x"}, "has no class 'x'"),
        ({"scaler": "users.pkl"}, r"users\.pkl is no scaler"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(tmp_path: Path, fields: dict, message: str):
    dump(tmp_path / "users.pkl", label_encoder(READERS))
    with pytest.raises(ModelError, match=message) as refused:
        plan(tmp_path, looked_up("u", 5), side="reader", column="user_id", **fields)
    assert "Input 'u' of the model" in str(refused.value)
    assert str(refused.value).endswith("fix the mapping.")
