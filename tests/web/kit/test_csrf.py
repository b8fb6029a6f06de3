"""Form tokens, and the origin of a form."""

from __future__ import annotations

from bookrec.web.kit.csrf import FormTokens, sent_from_here, tokens_match


def test_form_tokens_are_bound_to_key_and_session() -> None:
    tokens, others = FormTokens(b"k" * 32), FormTokens(b"o" * 32)
    assert tokens.for_session("a") != tokens.for_session("b")
    assert tokens.for_session("a") != others.for_session("a")
    visitor = tokens.new_visitor()
    assert tokens.is_visitor(visitor)
    assert not others.is_visitor(visitor)
    assert tokens.for_visitor(visitor) != tokens.for_visitor(tokens.new_visitor())
    assert tokens.for_visitor("forged.00") == ""
    assert not tokens_match("", "")


def test_where_a_form_comes_from() -> None:
    assert sent_from_here({}, "shop.example")
    assert sent_from_here({"origin": "https://shop.example"}, "shop.example")
    assert not sent_from_here({"origin": "https://shop.example:444"}, "shop.example")
    assert not sent_from_here({"origin": "null"}, "shop.example")
    assert not sent_from_here({"origin": ""}, "shop.example")
    assert not sent_from_here({"origin": "null"}, "")
    assert not sent_from_here({"origin": "x", "referer": "https://shop.example/"}, "shop.example")
