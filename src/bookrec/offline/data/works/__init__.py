"""Works: which books of a catalogue are editions of one title, and the operator's corrections.

May import: `bookrec`, `offline.runtime`, `offline.engines`.
"""
