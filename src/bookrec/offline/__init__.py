"""The batch side: import, train, score, publish. Never imported by the site."""
