"""Parameters of the API's addresses: their types, limits and descriptions."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from bookrec.web.catalogue_search.filters import MOST_TEXT, Sort

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="Length of the list.")]
Page = Annotated[int, QueryParameter(ge=1, le=1_000_000, description="1-based.")]
PageSize = Annotated[int, QueryParameter(ge=1, le=100)]
Text = Annotated[str, QueryParameter(max_length=MOST_TEXT)]
Publisher = Annotated[
    str,
    QueryParameter(
        max_length=MOST_TEXT,
        description="Whole name of the publisher, in small or capital letters.",
    ),
]
By = Annotated[
    str,
    QueryParameter(max_length=MOST_TEXT, description="Whole name of the author, in any spelling."),
]
AuthorWords = Annotated[
    str,
    QueryParameter(max_length=MOST_TEXT, description="Words of the author's name, in any order."),
]
Category = Annotated[
    str, QueryParameter(max_length=MOST_TEXT, description="As the catalogue has it.")
]
Language = Annotated[
    str,
    QueryParameter(max_length=MOST_TEXT, description="As the catalogue has it: en, vi, English …"),
]
Year = Annotated[int | None, QueryParameter(ge=0, le=9999)]
Mean = Annotated[int | None, QueryParameter(ge=1, le=10, description="Lowest mean rating.")]
Price = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        lt=10**12,
        description="Minor units of the shop's currency. price_from counts, price_below does not; "
        "either leaves out books without a price.",
    ),
]
InStock = Annotated[bool, QueryParameter(description="Only books that can be bought now.")]
Works = Annotated[
    bool,
    QueryParameter(
        description="List each work once, by its edition that can be bought, else the most read one, "
        "like the pages."
    ),
]
WithFacets = Annotated[
    bool, QueryParameter(description="Count the hits by each property that leaves a choice.")
]
SortBy = Annotated[
    Sort,
    QueryParameter(
        description="price and price_high (the highest first) list books without a price last; "
        "rating is a mean shrunk towards the catalogue's by ten ratings."
    ),
]
