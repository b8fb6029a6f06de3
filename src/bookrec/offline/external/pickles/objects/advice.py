"""What to do about a name that is not on the allow-list."""

from __future__ import annotations

from typing import Final

from bookrec.offline.external.pickles.format.values import SAVE_PLAIN, Refusal, quoted

_ADVICE: Final = (
    ("sklearn.pipeline.", "save its fitted steps one by one, e.g. pipeline.named_steps['scaler']"),
    (
        "sklearn.compose.",
        "save its fitted parts one by one, e.g. columns.named_transformers_['ids']",
    ),
    ("sklearn.", "save its fitted attributes as a dict of NumPy arrays"),
    ("pandas.", "save the table as CSV (to_csv), or one column as a NumPy array (to_numpy)"),
    (
        "functools.partial",
        "data frames of pandas 1.3 have it: save the table as CSV (to_csv); else save plain values",
    ),
    ("pyarrow.", "save the table as CSV (to_csv), or one column as a NumPy array (to_numpy)"),
    ("scipy.", "save it as a dense NumPy array, or leave it out"),
    ("gensim.models.fasttext.", "save the words' vectors as a dict of arrays, or with np.save"),
    ("gensim.", "save the word vectors alone, with model.wv.save(...)"),
    ("keras.preprocessing.", "save the tokenizer's word_index, which is a plain dict"),
    ("keras_preprocessing.", "save the tokenizer's word_index, which is a plain dict"),
    ("keras.src.legacy.preprocessing.", "save the tokenizer's word_index, which is a plain dict"),
    ("keras.", "save the model with model.save('model.keras')"),
    ("tensorflow.", "save the model with model.save('model.keras')"),
    ("torch.", "bookrec reads Keras models; save arrays with numpy() before they are pickled"),
    ("joblib.numpy_pickle_compat.", "save it again with a newer joblib"),
    ("joblib.numpy_pickle.", "save it again with a newer joblib"),
    ("numpy.memmap.", "save np.array(x) in its place"),
    ("numpy.core.memmap.", "save np.array(x) in its place"),
    ("numpy.ma.", "save the values and the mask as two arrays"),
    ("datetime.", "save dates as texts (isoformat) or years as numbers"),
    ("__main__.", "it is a class or function of the notebook: save plain values in its place"),
)


def refused_name(module: str, name: str) -> Refusal:
    """A refusal that says the name in the file's words, and what to do for that library."""
    full = f"{module}.{name}"
    advice = next((text for start, text in _ADVICE if full.startswith(start)), SAVE_PLAIN)
    return Refusal(f"names {quoted(full)}, which bookrec does not read from pickles", advice)
