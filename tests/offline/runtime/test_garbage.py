"""The pause of garbage collection ends with its block, whatever happens in it."""

from __future__ import annotations

import gc

import pytest

from bookrec.offline.runtime.garbage import collection_paused


def test_collection_goes_on_after_the_block_and_after_an_error():
    assert gc.isenabled()
    with collection_paused():
        assert not gc.isenabled()
        with collection_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="stop"), collection_paused():
        raise ValueError("stop")
    assert gc.isenabled()
