"""Write the pickles of one environment, and the values that its libraries report for them.

Run it in a temporary environment of `make_fixtures.py` (Python 3.7 and later, no bookrec):

    python fixture_contents.py DIRECTORY lean|full
"""

import bz2
import gzip
import json
import pickle
import sys
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.preprocessing import (
    LabelEncoder,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

try:
    import gensim
except ImportError:
    gensim = None

# A quote inside, a name outside Latin-1, one outside 16 bits, one twice.
ISBNS = ["0195153448", "034545104X", "0002005018", "080652121X", "0446310786"]
AUTHORS = ["Đặng Thùy Trâm", "Amy Tan", 'Mark "Morford', "王 𠮷", "Amy Tan", "O'Brien"]
YEARS = [2002, 1999, 2001, 0, 2001]
AGES = [34.0, 18.5, 61.0, 18.5]
ITEMS = pd.DataFrame(
    {"avg_rating": [7.5, 3.25, 10.0, 0.5], "num_ratings": [12.0, 1.0, 707.0, 30.0]}
)
NEW_ITEMS = pd.DataFrame({"avg_rating": [5.0, 11.0, 1.1], "num_ratings": [3.0, 1000.0, 0.0]})
PLACES = pd.DataFrame({"country": ["usa", "việt nam", "usa"], "band": [3, 1, 2]})
SENTENCES = [["the", "lovely", "bones"], ["the", "đất", "rừng"], ["lovely", "the"]] * 4
PLAIN = {
    "user_ids": {"276725": 0, "276726": 1, "8": 2},
    "years": {1999: "a", 2001: "b", -1: "c"},
    "feature_columns": ["avg_rating", "num_ratings"],
    "threshold": 0.25,
    "big": 2**40,
    "nothing": None,
    "flags": (True, False),
    "raw": b"\x00\xff\x80",
    "matrix": [[1.5, -2.0], [0.0, 1e300]],
}


class Writer:
    def __init__(self, directory):
        self.directory = directory
        self.expected = {}

    def pickled(self, name, value, expected, protocol=None):
        self._expect(name, expected)
        with (self.directory / name).open("wb") as file:
            pickle.dump(value, file, protocol=protocol)

    def joblib(self, name, value, expected, compress=0):
        self._expect(name, expected)
        joblib.dump(value, str(self.directory / name), compress=compress)

    def _expect(self, name, expected):
        assert name not in self.expected
        self.expected[name] = expected


def encoder(values, dtype=None):
    fitted = LabelEncoder().fit(np.array(values, dtype=dtype))
    return fitted, {"kind": "label", "classes": [plain(c) for c in fitted.classes_]}


def scaler(fitted, kind):
    fitted.fit(ITEMS)
    return fitted, {
        "kind": kind,
        "names": list(ITEMS.columns),
        "input": NEW_ITEMS.to_numpy().tolist(),
        # Exactly what scikit-learn computes, bit for bit.
        "output": [[float(x).hex() for x in row] for row in fitted.transform(NEW_ITEMS)],
        "samples_seen": 4 if kind != "robust" else None,
    }


def categories(fitted, kind):
    fitted.fit(PLACES)
    return fitted, {
        "kind": kind,
        "categories": [[plain(c) for c in labels] for labels in fitted.categories_],
        "names": list(PLACES.columns),
    }


def plain(value):
    return value.item() if isinstance(value, np.generic) else value


def write_encoders(write, full):
    highest = pickle.HIGHEST_PROTOCOL
    for protocol in range(highest + 1) if full else (2, highest):
        write.pickled(f"isbn_encoder.p{protocol}.pkl", *encoder(ISBNS), protocol=protocol)
        write.pickled(
            f"author_encoder.p{protocol}.pkl", *encoder(AUTHORS, object), protocol=protocol
        )
        write.pickled(
            f"item_scaler.p{protocol}.pkl", *scaler(MinMaxScaler(), "min-max"), protocol=protocol
        )
        write.pickled(f"plain.p{protocol}.pkl", PLAIN, {"kind": "plain"}, protocol=protocol)
    write.pickled("year_encoder.pkl", *encoder(YEARS))
    write.pickled("age_encoder.pkl", *encoder(AGES))
    write.pickled("standard_scaler.pkl", *scaler(StandardScaler(), "standard"))
    write.pickled("robust_scaler.pkl", *scaler(RobustScaler(), "robust"))
    write.pickled("max_abs_scaler.pkl", *scaler(MaxAbsScaler(), "max-abs"))
    write.pickled("ordinal.pkl", *categories(OrdinalEncoder(), "ordinal"))
    write.pickled("one_hot.pkl", *categories(OneHotEncoder(), "one-hot"))
    write.joblib("isbn_encoder.joblib", *encoder(ISBNS))
    write.joblib("author_encoder.joblib", *encoder(AUTHORS, object))
    write.joblib("item_scaler.joblib", *scaler(MinMaxScaler(), "min-max"))
    parts = {
        "isbn": encoder(ISBNS),
        "author": encoder(AUTHORS, object),
        "year": encoder(YEARS),
        "items": scaler(StandardScaler(), "standard"),
    }
    values = {name: value for name, (value, _) in parts.items()}
    expected = {"kind": "dict", "parts": {name: told for name, (_, told) in parts.items()}}
    write.pickled("encoders.pkl", values, expected)
    write.joblib("encoders.joblib", values, expected)
    write.joblib(
        "encoders_list.joblib",
        list(values.values()),
        {"kind": "list", "parts": list(expected["parts"].values())},
    )
    if full:
        for method in ("zlib", "gzip", "bz2", "lzma", "xz"):
            write.joblib(f"encoders_{method}.joblib", values, expected, compress=(method, 3))
        write.joblib("encoders_protocol_2.joblib", values, expected)
        with (write.directory / "encoders_protocol_2.joblib").open("wb") as file:
            joblib.dump(values, file, protocol=2)
        for name, module in (("gz", gzip), ("bz2", bz2)):
            write.expected[f"encoders.pkl.{name}"] = expected
            with module.open(str(write.directory / f"encoders.pkl.{name}"), "wb") as file:
                pickle.dump(values, file)
        clipped = MinMaxScaler(feature_range=(-1, 1), clip=True)
        write.pickled("clipped_scaler.pkl", *scaler(clipped, "min-max"))
        bare = StandardScaler(with_mean=False)
        write.pickled("bare_scaler.pkl", *scaler(bare, "standard"))


def write_arrays(write):
    made = {
        "fortran": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
        "big_endian": np.arange(3, dtype=">f4"),
        "empty": np.zeros((0, 4)),
        "zero_dimensional": np.array(2.5),
        "booleans": np.array([True, False, True]),
        "objects": np.array([["a", None], [1, 2.5]], dtype=object),
        "number": np.float32(1.25),
        "word": np.str_("đất"),
        "strided": np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(2, 0, 1),
    }
    told = {"kind": "arrays", "values": {k: np.asarray(v).tolist() for k, v in made.items()}}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        write.pickled(f"arrays.p{protocol}.pkl", made, told, protocol=protocol)
    write.joblib("arrays.joblib", made, told)
    others = [OrderedDict(a=1, b=2), defaultdict(int, x=3), Counter("aab"), {1, 2}, frozenset("z")]
    told = {"kind": "others"}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        write.pickled(f"others.p{protocol}.pkl", others, told, protocol=protocol)


def write_tables(write):
    index = pd.Index(np.array(["b", "đ", "a"], dtype=object), dtype=object, name="isbn")
    labels = index.tolist()
    write.pickled("index.pkl", index, {"kind": "index", "values": labels, "name": "isbn"})
    write.pickled(
        "numbers.pkl", pd.Index([3, 1]), {"kind": "index", "values": [3, 1], "name": None}
    )
    texts = pd.Index(["b", "a"])  # of a dtype of pandas' own since pandas 3
    write.pickled("texts.pkl", texts, {"kind": "index", "values": ["b", "a"], "name": None})
    ranged = pd.RangeIndex(2, 11, 3, name="row")
    write.pickled("range.pkl", ranged, {"kind": "index", "values": [2, 5, 8], "name": "row"})
    series = pd.Series([0, 2, 1], index=index, name="code")
    write.pickled(
        "series.pkl",
        series,
        {"kind": "series", "values": [0, 2, 1], "index": labels, "name": "code"},
    )
    objects = np.array(["x", "y", "z"], dtype=object)
    columns = pd.Index(np.array(["n", "text", "f", "m"], dtype=object), dtype=object)
    frame = pd.DataFrame({"n": [1, 2, 3], "text": objects, "f": [0.5, 1.5, -1.0], "m": [7, 8, 9]})
    frame["text"] = pd.Series(objects, dtype=object)
    frame.columns = columns
    write.pickled(
        "frame.pkl",
        frame,
        {
            "kind": "frame",
            "columns": {
                "n": [1, 2, 3],
                "text": ["x", "y", "z"],
                "f": [0.5, 1.5, -1.0],
                "m": [7, 8, 9],
            },
            "index": [0, 1, 2],
        },
    )


def write_word_vectors(write):
    from gensim.models import Word2Vec

    size = "size" if gensim.__version__ < "4" else "vector_size"
    model = Word2Vec(SENTENCES, min_count=1, workers=1, seed=7, **{size: 4})
    keys = list(model.wv.index2word if gensim.__version__ < "4" else model.wv.index_to_key)
    told = {"kind": "words", "keys": keys, "vectors": model.wv.vectors.astype(float).tolist()}
    for name, thing, settings in (
        ("word2vec.model", model, {}),
        ("word2vec_apart.model", model, {"sep_limit": 1}),
        ("vectors.kv", model.wv, {}),
        ("vectors_apart.kv", model.wv, {"sep_limit": 1}),
    ):
        thing.save(str(write.directory / name), **settings)
        write.expected[name] = told
    write.pickled("word2vec.pkl", model, told)
    write.pickled("vectors.pkl", model.wv, told)
    write.joblib("vectors.joblib", model.wv, told)


def main():
    directory, extent = Path(sys.argv[1]), sys.argv[2]
    write = Writer(directory)
    write_encoders(write, extent == "full")
    write_tables(write)
    if extent == "full":
        write_arrays(write)
    if gensim is not None:
        write_word_vectors(write)
    modules = [np, pd, sklearn, joblib] + ([gensim] if gensim else [])
    told = {
        "python": "{}.{}".format(*sys.version_info),
        "versions": {module.__name__: module.__version__ for module in modules},
        "files": write.expected,
    }
    (directory / "expected.json").write_text(json.dumps(told, sort_keys=True, indent=1))


if __name__ == "__main__":
    main()
