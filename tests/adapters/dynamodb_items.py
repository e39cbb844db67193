"""Hypothesis strategies for everything that DynamoDB can hold."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@st.composite
def number_texts(draw: st.DrawFn) -> str:
    digits = draw(st.integers(-(10**38) + 1, 10**38 - 1))
    exponent = draw(st.integers(-92, 87))
    return draw(st.sampled_from([str(digits), f"{digits}E{exponent}", "0", "-0", "-0.0", "1.50", "1E+2"]))


scalars = st.one_of(
    st.fixed_dictionaries({"S": text}),
    st.fixed_dictionaries({"N": number_texts()}),
    st.fixed_dictionaries({"B": st.binary(max_size=40)}),
    st.fixed_dictionaries({"BOOL": st.booleans()}),
    st.just({"NULL": True}),
    st.fixed_dictionaries({"SS": st.lists(text, min_size=1, max_size=4, unique=True)}),
    st.fixed_dictionaries({"NS": st.lists(number_texts(), min_size=1, max_size=4, unique_by=Decimal)}),
    st.fixed_dictionaries({"BS": st.lists(st.binary(max_size=9), min_size=1, max_size=4, unique=True)}),
)
values: st.SearchStrategy[dict[str, Any]] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"L": st.lists(inner, max_size=4)}),
        st.fixed_dictionaries({"M": st.dictionaries(text, inner, max_size=4)}),
    ),
    max_leaves=12,
)
names = st.one_of(
    text.filter(bool),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True),
    st.sampled_from(["PartitionKey", "RowKey", "Timestamp", "a__dynamodb", "a__2", "_dynamodb_rest", "odata.etag", "a-b"]),
)
items = st.dictionaries(names, values, max_size=12)
