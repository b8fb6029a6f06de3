"""Loading of the Keras models in a bundle."""

from __future__ import annotations

from pathlib import Path

from bookrec.errors import ModelError
from bookrec.offline.runtime.untyped import KerasModel


def load_keras(path: Path) -> KerasModel:
    """Load a Keras model in safe mode.

    Raises:
        ModelError: Keras cannot load the file.
    """
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"{path} cannot be loaded by Keras {keras.__version__}: {reason}"
        ) from error
