"""Tables of validation figures that ``bookrec train`` prints."""

from __future__ import annotations

from bookrec.offline.cli.train import metrics_table


def test_figures_stand_in_tables_by_theme():
    text = metrics_table(
        {
            "pipeline": {
                "ndcg@20": 0.12,
                "ndcg@20_liked": 0.11,
                "distinct books": 10949.0,
                "auc": 0.7,
            },
            "popularity": {"ndcg@20_liked": 0.02, "commonest": 1.0},
        }
    )
    liked, over_all, crowd, others = text.split("\n\n")
    assert [line.split() for line in liked.splitlines()] == [
        ["validation,", "liked", "ndcg@20_liked"],
        ["pipeline", "0.1100"],
        ["popularity", "0.0200"],
    ]
    assert "popularity" not in over_all, "it has no such figure"
    assert [line.split() for line in crowd.splitlines()] == [
        ["validation,", "crowd", "commonest", "distinct", "books"],
        ["pipeline", "10,949"],
        ["popularity", "1.0000"],
    ]
    assert others.splitlines()[0].endswith("auc"), "a figure of no theme is not lost"
    for table in (liked, over_all, crowd, others):
        assert len({len(line) for line in table.splitlines()}) == 1, "columns are aligned"
