"""Grouping of a catalogue's books into works.

Books whose titles and authors say the same are one work (`titles`, `authors`). What one title says
beyond the other, a subtitle say, may go only where the author's other titles allow it: the same
words tell editions of one book apart, or volumes of a series. So this is a grouping of the whole
catalogue. It compares only forms that share a key, and it does not depend on the books' order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise, product
from typing import Final, TypeAlias

from bookrec.offline.data.works.forms import Form, blocks, by_author, read_form
from bookrec.offline.data.works.partition import Partition
from bookrec.offline.data.works.spelling import misspelt
from bookrec.offline.data.works.subtitles import may_drop, same_subtitle, two_descriptions
from bookrec.offline.data.works.words import content, letters, numbers, series_letters
from bookrec.offline.runtime.garbage import collection_paused

_Names: TypeAlias = set[tuple[str, str]]
"""A word of an author's name, and the letters of what it is the author of."""
_TRUNCATED: Final = 30
"""Letters from which a title that ends inside another one is the same, cut off."""
_MANY_EDITIONS: Final = 3
"""Editions without subtitle from which a head is a book's title, not the name of a series."""
_SERIES: Final = 6
"""Letters from which a series in a bracket is recognized."""
_MANY_WORDS: Final = 200
"""Titles that differ in one word, from which they are a series and not compared."""


def group_works(books: Iterable[tuple[str, str]]) -> list[int]:
    """Number the works of books given as (title, author), by first appearance.

    A book without title or author is a work of its own. The groups do not depend on the books' order.

    >>> group_works([("Emma", "Jane Austen"), ("Emma: A Novel", "Austen, Jane"), ("Emma", "")])
    [0, 0, 1]
    """
    rows = list(books)
    with collection_paused():
        return _group(rows)


def _group(rows: Sequence[tuple[str, str]]) -> list[int]:
    distinct = sorted({row for row in rows if all(row)})
    forms = [read_form(*row) for row in distinct]
    groups = Partition(forms)
    _join_titles(groups, forms)
    _join_subtitles(groups, forms)
    _join_truncated(groups, forms)
    _join_misspelt(groups, forms)
    work_of_row = dict(zip(distinct, map(groups.root, forms), strict=True))
    number_of_work: dict[object, int] = {}
    return [
        number_of_work.setdefault(work_of_row.get(row, place), len(number_of_work))
        for place, row in enumerate(rows)
    ]


def _join_titles(groups: Partition[Form], forms: Sequence[Form]) -> None:
    """Join forms whose head and subtitle have the same letters; volumes of one title stay apart."""
    for block in blocks(forms, lambda form: ((form.key, name) for name in form.names)):
        for same in by_author(block):
            volumes = {form.volume for form in same} - {""}
            if len(volumes) > 1:
                for volume in [*sorted(volumes), ""]:
                    groups.join_all([form for form in same if form.volume == volume])
            else:
                groups.join_all(same)


def _join_subtitles(groups: Partition[Form], forms: Sequence[Form]) -> None:
    """Join forms of one head whose subtitles say the same, or where one has none, if it is safe."""
    heads = [
        block
        for block in blocks(forms, lambda form: ((form.head_key, name) for name in form.names))
        if any(form.tail for form in block)
    ]
    tails = {_tail_key(form) for block in heads for form in block if form.tail}
    titles = {(name, form.key) for form in forms if form.key in tails for name in form.names}
    named = {series_letters(form.tail) for block in heads for form in block if form.tail}
    series = {
        (surname, name)
        for form in forms
        for name in form.series
        if name in named
        for surname in form.surnames
    }
    for block in heads:
        for same in by_author(block):
            _join_head(groups, same, titles, series)


def _tail_key(form: Form) -> str:
    """Return the title key that a form's subtitle would have as a title."""
    return f"{letters(form.tail)}|{form.kind}"


def _join_head(groups: Partition[Form], same: list[Form], titles: _Names, series: _Names) -> None:
    """Join the forms of one head and author that are of one work.

    Args:
        groups: receives the joins.
        same: the forms.
        titles: name and title key of the forms whose title is a subtitle elsewhere; a subtitle that is
            another title of the author's names a volume or a part.
        series: surname and letters of the series that brackets name and subtitles too.
    """
    by_tail: dict[tuple[str, ...], list[Form]] = defaultdict(list)
    for form in same:
        by_tail[form.tail].append(form)
    bare = by_tail.pop((), [])
    tails = Partition(sorted(by_tail))
    for tail, other in combinations(sorted(by_tail), 2):
        if same_subtitle(tail, other):
            tails.join(tail, other)
    parts = tails.groups()
    for part in parts:
        _join_volumes(groups, [form for tail in part for form in by_tail[tail]])
    head = same[0].head
    named = {
        (name, _tail_key(form))
        for members in by_tail.values()
        for form in members
        for name in form.names
    }
    unnumbered = {form.volume for form in same} == {form.volume for form in bare}
    many = len(bare) >= max(_MANY_EDITIONS, len(parts))
    droppable = all(
        may_drop(head, tail, well_known=many) or all(form.signed for form in members)
        for tail, members in by_tail.items()
    )
    one_book = many or len(parts) == 1 or (len(parts) == 2 and _two_descriptions(*parts))
    safe = bare and not named & titles
    if safe and _only_name_series(same, series):
        _join_volumes(groups, same)
    elif safe and one_book and droppable and unnumbered:
        groups.join_all(same)
    elif not bare and len(parts) == 2 and len(content(head)) > 1 and _two_descriptions(*parts):
        _join_volumes(groups, same)


def _only_name_series(same: Sequence[Form], series: _Names) -> bool:
    """Say whether all subtitles of a head only name a series, as a bracket of the author's does."""
    brackets = {name for form in same for name in form.series}
    surnames = {surname for form in same for surname in form.surnames}
    own_head = letters(same[0].head)
    return all(
        len(name) >= _SERIES
        and name != own_head
        and (
            any(name in bracket for bracket in brackets)
            or any((surname, name) in series for surname in surnames)
        )
        for name in {series_letters(form.tail) for form in same if form.tail}
    )


def _two_descriptions(part: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]) -> bool:
    return any(two_descriptions(*pair) for pair in product(part, other))


def _join_volumes(groups: Partition[Form], members: list[Form]) -> None:
    """Join forms unless their titles number different volumes."""
    if len({form.volume for form in members} - {""}) <= 1:
        groups.join_all(members)


def _join_truncated(groups: Partition[Form], forms: Sequence[Form]) -> None:
    """Join a long title with one that goes on after it: old catalogues cut titles off."""
    long = [form for form in forms if len(form.letters) >= _TRUNCATED]
    for block in blocks(long, lambda form: form.surnames):
        ordered = sorted(block, key=lambda form: (form.kind, form.letters))
        for form, longer in pairwise(ordered):
            if (
                form.kind == longer.kind
                and longer.letters.startswith(form.letters)
                and numbers(form.words) == numbers(longer.words)
                and by_author([form, longer])
            ):
                groups.join(form, longer)


def _join_misspelt(groups: Partition[Form], forms: Sequence[Form]) -> None:
    """Join forms that differ in one misspelt word."""
    titles_of_word = Counter(word for form in forms for word in set(form.words))

    def gaps(form: Form) -> Iterable[object]:
        words = form.content
        for name in form.surnames if len(words) > 1 else ():
            for place in range(len(words)):
                yield name, form.kind, words[:place], words[place + 1 :]

    for block in blocks(forms, gaps):
        by_words = {form.content: form for form in reversed(block)}
        if not 1 < len(by_words) < _MANY_WORDS:
            continue
        first, second = list(by_words)[:2]
        place = next(place for place, word in enumerate(first) if word != second[place])
        form_of_word = {words[place]: form for words, form in by_words.items()}
        for word, other in combinations(sorted(form_of_word), 2):
            if misspelt(word, other, titles_of_word, is_last=place == len(first) - 1):
                both = [form_of_word[word], form_of_word[other]]
                if by_author(both):
                    _join_volumes(groups, both)
