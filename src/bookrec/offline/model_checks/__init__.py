"""``artifacts check``: what goes wrong with models in the wild, each with figures and a fix."""
