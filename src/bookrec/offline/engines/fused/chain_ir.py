"""Function of `fused.jit` in LLVM's intermediate representation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import Final

from llvmlite import ir

from bookrec.offline.engines.fused.buffer_layout import LANES, BufferLayout, filled_up
from bookrec.offline.engines.fused.vector_ir import I64, POINTER, Value, VectorCode, integer, same

_WORD: Final = 64
"""Units whose bits one integer holds; their rows of a kernel fit the innermost cache."""
_BLOCK: Final = 64
"""Units of the next layer whose sums fit into registers."""

_ARGUMENTS: Final = {
    "readers": I64,
    "books": I64,
    "rows": POINTER,
    "values": POINTER,
    "values_step": I64,
    "feature": POINTER,
    "shifts": POINTER,
    "weights": POINTER,
    "room": POINTER,
    "out": POINTER,
    "out_step": I64,
}
ADDRESSES: Final = tuple(kind is POINTER for kind in _ARGUMENTS.values())
"""Type of each argument: an address, or a number of 64 bits."""


class ChainCode(VectorCode):
    """Function ``chain``, whose arguments `Kernel` describes."""

    def __init__(self, layout: BufferLayout, with_feature: bool, side_by_side: int) -> None:
        """Write the function.

        Args:
            layout: offsets of the layers.
            with_feature: whether the first layer takes the feature of the pair.
            side_by_side: books that go through the units of a word together.
        """
        super().__init__("chain", _ARGUMENTS)
        self.layout, self.with_feature = layout, with_feature
        self.active = [self.array(_WORD + LANES) for _ in range(side_by_side)]
        for units in self.active:
            self.store(same(0.0), units, _WORD)
        self._write()
        self.builder.ret_void()

    def _write(self) -> None:
        """Write the loop over readers, and in it layer after layer."""
        arguments, build = self.arguments, self.builder
        with self.loop(arguments["readers"]) as reader:
            shifts = self.at(
                arguments["shifts"], build.mul(reader, integer(self.layout.shifts[-1]))
            )
            values = self.at(arguments["values"], build.mul(reader, arguments["values_step"]))
            out = self.at(arguments["out"], build.mul(reader, arguments["out_step"]))
            for layer in range(len(self.layout.widths)):
                shift = self.at(shifts, integer(self.layout.shifts[layer]))
                if layer + 1 < len(self.layout.widths):
                    self._write_layer(layer, shift, values)
                else:
                    self._write_last(layer, shift, values, out)

    def _write_layer(self, layer: int, shift: Value, values: Value) -> None:
        """Write the sums of the next layer, from the units of this one that are not zero."""
        width, after = self.layout.widths[layer], filled_up(self.layout.widths[layer + 1])
        kernel = self.at(self.arguments["weights"], integer(self.layout.kernels[layer]))
        sums = self._room_of(layer + 1)
        for block in range(0, after, _BLOCK):
            outputs = range(block, min(block + _BLOCK, after), LANES)
            for word in range(0, width, _WORD):
                inputs = range(word, min(word + _WORD, width), LANES)
                constants = self._constants(layer, shift, inputs)
                part = self.at(kernel, integer(word * after))
                with self._books() as books:
                    rows = [self.at(sums, self.builder.mul(book, integer(after))) for book in books]
                    totals = [
                        [self.load(row, output) if word else same(0.0) for output in outputs]
                        for row in rows
                    ]
                    masks = [
                        self._activate(
                            self._sums(layer, constants, values, book, inputs), inputs.start, units
                        )
                        for book, units in zip(books, self.active, strict=True)
                    ]
                    totals = self._add_active(masks, part, after, outputs, totals)
                    for row, total in zip(rows, totals, strict=True):
                        for output, sum_ in zip(outputs, total, strict=True):
                            self.store(sum_, row, output)

    @contextmanager
    def _books(self) -> Iterator[list[Value]]:
        """Loop over the books of a tile, some at a time; the last book fills up the last step."""
        build, count, some = self.builder, self.arguments["books"], len(self.active)
        last = build.sub(count, integer(1))
        with self.loop(build.udiv(build.add(count, integer(some - 1)), integer(some))) as step:
            first = build.mul(step, integer(some))
            books = [build.add(first, integer(place)) for place in range(some)]
            yield [build.select(build.icmp_unsigned("<", book, last), book, last) for book in books]

    def _write_last(self, layer: int, shift: Value, values: Value, out: Value) -> None:
        """Write the sum of the last layer's units with the last kernel, a book at a time."""
        inputs = range(0, self.layout.widths[layer], LANES)
        kernel = self.at(self.arguments["weights"], integer(self.layout.kernels[layer]))
        constants = self._constants(layer, shift, inputs)
        with self.loop(self.arguments["books"]) as book:
            total = same(0.0)
            for sum_, unit in self._sums(layer, constants, values, book, inputs):
                positive = self.builder.select(self.above_zero(sum_), sum_, same(0.0))
                total = self.fused(positive, self.load(kernel, unit), total)
            self.builder.store(self.across(total), self.at(out, book))

    def _activate(self, sums: Iterator[tuple[Value, int]], start: int, units: Value) -> Value:
        """Store the units of a word, zeros or not.

        Args:
            sums: results of `_sums`.
            start: first unit of the word.
            units: address to store them at.

        Returns:
            Integer with a bit for each unit that is above zero.
        """
        build, mask = self.builder, integer(0)
        for sum_, unit in sums:
            place = unit - start
            self.store(sum_, units, place)
            bits = build.bitcast(self.above_zero(sum_), ir.IntType(LANES))
            mask = build.or_(mask, build.shl(build.zext(bits, I64), integer(place)))
        return mask

    def _sums(
        self, layer: int, constants: list[Value], values: Value, book: Value, inputs: range
    ) -> Iterator[tuple[Value, int]]:
        """Inputs of the activation, `LANES` units at a time, and the number of the first unit."""
        build, width = self.builder, self.layout.widths[layer]
        first = layer == 0
        step, rows = (
            (width, self.arguments["rows"]) if first else (filled_up(width), self._room_of(layer))
        )
        row = self.at(rows, build.mul(book, integer(step)))
        value = None
        if first and self.with_feature:
            value = self.everywhere(build.load(self.at(values, book)))
        for number, unit in enumerate(inputs):
            # The model's rows are not filled up: the next book's row follows at once.
            held = min(LANES, width - unit) if first else LANES
            shift, *feature = constants[number]
            sum_ = build.fadd(self.load(row, unit, held), shift)
            if value is not None:
                sum_ = self.fused(value, feature[0], sum_)
            yield sum_, unit

    def _constants(self, layer: int, shift: Value, inputs: range) -> list[Value]:
        """Shift of each vector of units, and the feature's kernel where there is one."""
        sources = [shift]
        if layer == 0 and self.with_feature:
            sources.append(self.arguments["feature"])
        return [[self.load(source, unit) for source in sources] for unit in inputs]

    def _add_active(
        self,
        masks: Sequence[Value],
        kernel: Value,
        step: int,
        outputs: range,
        totals: Sequence[Sequence[Value]],
    ) -> list[list[Value]]:
        """Add to ``totals`` of each book, for each bit of its mask, the unit times its kernel row.

        Every step takes one unit of each book, until the book with the most units has none left:
        processors predict the end of a loop badly, and the sums of a single book would wait for each
        other. A book without units left adds zeros, so that no sum depends on the other books.
        """
        build = self.builder
        before = build.block
        test, body, after = (
            self.function.append_basic_block(name) for name in ("test", "units", "done")
        )
        build.branch(test)
        build.position_at_end(test)
        left = [self._changing(mask, before) for mask in masks]
        sums = [[self._changing(start, before) for start in total] for total in totals]
        any_left = reduce(build.or_, left)
        build.cbranch(build.icmp_unsigned("!=", any_left, integer(0)), body, after)
        build.position_at_end(body)
        for rest, total, units in zip(left, sums, self.active, strict=True):
            # Without a bit, the place is `_WORD`, a unit that is always zero, and the row is the first.
            place = self.lowest_bit(rest)
            unit = self.everywhere(build.load(self.at(units, place)))
            number = build.and_(place, integer(_WORD - 1))
            row = self.at(kernel, build.mul(number, integer(step)))
            for sum_, output in zip(total, outputs, strict=True):
                sum_.add_incoming(self.fused(unit, self.load(row, output), sum_), body)
            rest.add_incoming(build.and_(rest, build.sub(rest, integer(1))), body)
        build.branch(test)
        build.position_at_end(after)
        return sums

    def _changing(self, start: Value, before: Value) -> Value:
        """Make a value that a loop changes, with its start."""
        value = self.builder.phi(start.type)
        value.add_incoming(start, before)
        return value

    def _room_of(self, layer: int) -> Value:
        """Address of the sums of a later layer, [T, filled-up H]."""
        start = integer(self.layout.room[layer - 1])
        place = self.builder.mul(start, self.arguments["books"])
        return self.at(self.arguments["room"], place)
