"""Reprocessing: cleaning what the corpus holds again, from stored bytes, under today's settings.

    preview → a person approves → apply

A preview changes nothing and writes a plan; applying it is one run with the plan's id.
"""

from flows.runs.apply import apply
from flows.runs.choices import Choices, choices
from flows.runs.preview import preview
from flows.runs.previews import Preview
from flows.runs.rework import SAMPLE, ApplyRequest, PreviewRequest
from flows.runs.selection import STANDINGS, Selection

__all__ = [
    "SAMPLE",
    "STANDINGS",
    "ApplyRequest",
    "Choices",
    "Preview",
    "PreviewRequest",
    "Selection",
    "apply",
    "choices",
    "preview",
]
