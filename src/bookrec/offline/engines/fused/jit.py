"""Compiler of a chain of ReLU layers: LLVM makes one function of machine code for its widths.

At least half of the units of a ReLU layer are zero for a typical pair. A matrix product multiplies the
zeros too. The function takes the units of a book that are above zero, one after the other, and adds
their rows of the next kernel, times the unit. So a pair costs what its active units cost, and the
result equals the dense product.

Units are taken 64 at a time, as bits of an integer. 64 units of the next layer are summed in registers,
for several books side by side on processors with enough registers. All books of a tile go through one
such part of a kernel before the next part begins, so that it stays in the innermost cache. No result
depends on the number of books side by side, nor on the processor, except for how LLVM maps vectors of
16 numbers to its registers.

Shapes: ``R`` readers, ``T`` books of a tile, ``H`` width of a layer.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Final

from llvmlite import binding

from bookrec.offline.engines.fused.buffer_layout import BufferLayout
from bookrec.offline.engines.fused.chain_ir import ADDRESSES, ChainCode

Kernel = Callable[..., None]
"""``(readers, books, rows, values, values_step, feature, shifts, weights, room, out, out_step)``
fills ``out`` [R, T] with the sums of the last kernel.

``rows`` [T, H] is the first layer's sum without the reader's shift. A kernel made with a feature
adds ``values`` [R, T] times ``feature`` [filled-up H] to it. ``shifts`` [R, …], ``weights`` and
``room`` are laid out as `BufferLayout` says. Arrays are float32 and passed by address; the steps are
the distances of the rows of ``values`` and ``out``, in numbers. There is at least one reader and one
book. Weights that do not begin at a multiple of `ALIGNMENT` bytes take a third more time.
"""
ALIGNMENT: Final = 64
_MANY_REGISTERS: Final = "avx512f"
"""Feature of processors whose registers hold the sums of four books."""


@cache
def books_side_by_side() -> int:
    """Books that a kernel scores together on this processor."""
    return 4 if binding.get_host_cpu_features().get(_MANY_REGISTERS) else 1


@cache
def compile_kernel(layout: BufferLayout, with_feature: bool, side_by_side: int) -> Kernel:
    """Compile the kernel for some layers, once per process.

    It takes some tenths of a second, or seconds where layers have 500 units or more.

    Args:
        layout: offsets of the layers.
        with_feature: whether the layers take the feature of the pair.
        side_by_side: books scored together; no number depends on it.
    """
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=2,
    )
    module = binding.parse_assembly(str(ChainCode(layout, with_feature, side_by_side).module))
    passes = binding.create_pass_builder(machine, binding.PipelineTuningOptions(speed_level=1))
    passes.getModulePassManager().run(module, passes)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    types = [ctypes.c_void_p if address else ctypes.c_int64 for address in ADDRESSES]
    function = ctypes.CFUNCTYPE(None, *types)(engine.get_function_address("chain"))

    def run(*arguments: int) -> None:
        assert engine is not None  # the machine code lives as long as the engine
        function(*arguments)

    return run
