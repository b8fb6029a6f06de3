"""Vectors of 16 numbers, and loops, in LLVM's intermediate representation, for `fused.chain_ir`.

Each method writes the instructions of one step at the position of the builder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from llvmlite import ir

from bookrec.offline.engines.fused.buffer_layout import LANES

Value: TypeAlias = Any
"""A value of LLVM's intermediate representation; ``llvmlite`` has no types."""

Type: TypeAlias = Any
"""A type of that representation."""

FLOAT, I64, I32, I1 = ir.FloatType(), ir.IntType(64), ir.IntType(32), ir.IntType(1)
VECTOR: Final = ir.VectorType(FLOAT, LANES)
POINTER: Final = ir.PointerType(FLOAT)


def integer(value: int) -> Value:
    """Make a constant of 64 bits."""
    return ir.Constant(I64, value)


def same(value: float) -> Value:
    """Vector of one number."""
    return ir.Constant(VECTOR, [value] * LANES)


class VectorCode:
    """Function under construction."""

    def __init__(self, name: str, arguments: dict[str, Type]) -> None:
        """Begin a function that returns nothing; ``arguments`` are types by name."""
        self.module = ir.Module(name)
        kind = ir.FunctionType(ir.VoidType(), list(arguments.values()))
        self.function = ir.Function(self.module, kind, name)
        self.arguments = dict(zip(arguments, self.function.args, strict=True))
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))

    @contextmanager
    def loop(self, count: Value) -> Iterator[Value]:
        """Loop over 0, 1, … ``count`` - 1; ``count`` is at least 1."""
        build, before = self.builder, self.builder.block
        body, after = (self.function.append_basic_block(name) for name in ("each", "then"))
        build.branch(body)
        build.position_at_end(body)
        number = build.phi(I64)
        number.add_incoming(integer(0), before)
        yield number
        following = build.add(number, integer(1))
        number.add_incoming(following, build.block)
        build.cbranch(build.icmp_unsigned("<", following, count), body, after)
        build.position_at_end(after)

    def array(self, size: int) -> Value:
        """Allocate ``size`` numbers; returns their address."""
        room = self.builder.alloca(ir.ArrayType(FLOAT, size))
        room.align = 64
        return self.builder.gep(room, [integer(0), integer(0)])

    def at(self, pointer: Value, place: Value) -> Value:
        """Address of the number at ``place`` from ``pointer``."""
        return self.builder.gep(pointer, [place])

    def load(self, pointer: Value, place: int, held: int = LANES) -> Value:
        """Read a vector from ``place`` on: ``held`` numbers, then zeros that are not read."""
        build = self.builder
        address = build.bitcast(self.at(pointer, integer(place)), ir.PointerType(VECTOR))
        if held == LANES:
            return build.load(address, align=4)
        bits = ir.VectorType(I1, LANES)
        load = self.named(
            "llvm.masked.load.v16f32.p0",
            VECTOR,
            ir.PointerType(VECTOR),
            I32,
            bits,
            VECTOR,
        )
        mask = ir.Constant(bits, [place < held for place in range(LANES)])
        return build.call(load, [address, ir.Constant(I32, 4), mask, same(0.0)])

    def store(self, numbers: Value, pointer: Value, place: int) -> None:
        """Write a vector from ``place`` on."""
        address = self.builder.bitcast(self.at(pointer, integer(place)), ir.PointerType(VECTOR))
        self.builder.store(numbers, address, align=4)

    def above_zero(self, numbers: Value) -> Value:
        """[LANES] bits of the numbers above zero; NaN counts as above, so that it is not lost."""
        return self.builder.fcmp_unordered(">", numbers, same(0.0))

    def fused(self, left: Value, right: Value, more: Value) -> Value:
        """Compute ``left * right + more``, rounded once where the processor can."""
        function = self.named("llvm.fmuladd.v16f32", VECTOR, VECTOR, VECTOR, VECTOR)
        return self.builder.call(function, [left, right, more])

    def across(self, numbers: Value) -> Value:
        """Sum a vector by halves, always in one order."""
        build, size = self.builder, LANES
        while size > 1:
            size //= 2
            low = [ir.Constant(I32, place) for place in range(size)]
            high = [ir.Constant(I32, size + place) for place in range(size)]
            halves = [
                build.shuffle_vector(numbers, numbers, ir.Constant(ir.VectorType(I32, size), half))
                for half in (low, high)
            ]
            numbers = build.fadd(*halves)
        return build.extract_element(numbers, integer(0))

    def everywhere(self, number: Value) -> Value:
        """Fill a vector with a number."""
        nothing = ir.Constant(VECTOR, ir.Undefined)
        first = self.builder.insert_element(nothing, number, integer(0))
        places = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
        return self.builder.shuffle_vector(first, nothing, places)

    def lowest_bit(self, number: Value) -> Value:
        """Place of the lowest bit that is set; 64 without one."""
        count = self.named("llvm.cttz.i64", I64, I64, I1)
        return self.builder.call(count, [number, ir.Constant(I1, 0)])

    def named(self, name: str, result: Type, *arguments: Type) -> Value:
        """Declare an intrinsic function of LLVM."""
        if name not in self.module.globals:
            ir.Function(self.module, ir.FunctionType(result, arguments), name)
        return self.module.globals[name]
