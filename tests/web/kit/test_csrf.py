"""Form tokens, and the origin of a form."""

from __future__ import annotations

from bookrec.web.kit.csrf import FormTokens, masked, sent_from_here, tokens_match


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
    assert not tokens_match("", masked(""))


def test_a_token_is_shown_masked_and_known_again() -> None:
    token = FormTokens(b"k" * 32).for_session("a")
    shown = {masked(token) for _ in range(20)}
    assert len(shown) == 20
    assert len({text[:8] for text in shown} | {text[32:40] for text in shown}) == 40
    assert all(len(text) == 64 and token not in text for text in shown)
    assert all(tokens_match(token, text) for text in shown)
    other = FormTokens(b"k" * 32).for_session("b")
    for wrong in ("", token, masked(other), masked(token)[:-2], masked(token) + "00", "x" * 64):
        assert not tokens_match(token, wrong)


def test_where_a_form_comes_from() -> None:
    assert sent_from_here({}, "shop.example")
    assert sent_from_here({"origin": "https://shop.example"}, "shop.example")
    assert not sent_from_here({"origin": "https://shop.example:444"}, "shop.example")
    assert not sent_from_here({"origin": "null"}, "shop.example")
    assert not sent_from_here({"origin": ""}, "shop.example")
    assert not sent_from_here({"origin": "null"}, "")
    assert not sent_from_here({"origin": "x", "referer": "https://shop.example/"}, "shop.example")
