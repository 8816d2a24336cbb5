"""Why each block was kept or cut: how sure the model is, what it weighed most, and the rule where one decided.

The verdict lies halfway between the two passes. Where the second goes by what the first found of the same line, that weight is
handed on to what the first weighed in the same direction.
"""

from collections.abc import Mapping
from math import inf

import numpy as np

from ingest.clean.apply import slice_block
from ingest.clean.brief import lone_paragraph
from ingest.clean.config import CleanConfig
from ingest.clean.explanation import Cause, Explanation
from ingest.clean.forest import MISSING, Forest
from ingest.clean.labeller import Judged, ModelLabeller
from ingest.clean.loss import is_other_page, is_vouched
from ingest.clean.markers import ABSENT, PRESENT
from ingest.clean.shape import Column
from ingest.clean.terms import Floats
from ingest.clean.traits import TRAITS, Trait
from ingest.clean.weights import weights_of
from ingest.records import Article, Block, Label, Reason

CAUSES = 3
"""So many traits are named for a block."""
FIRST_LOOK = "first look"
"""The trait by which the second pass goes by the first."""
CLEAR = 0.01
"""A limit that differs from the threshold by less is the threshold."""


def explained(article: Article, config: CleanConfig) -> list[Explanation]:
    """One explanation per block, in order."""
    if not article.blocks:
        return []
    labeller = ModelLabeller(config)
    judged, labels = labeller.judge(article), labeller.label(article)
    threshold = config.limit(is_html=article.is_html)
    own, causes = judged.evidence.own_shares, causes_of(judged)
    shifts = [_shift(article, limit, threshold) for limit in judged.limits]
    return [
        Explanation(
            own=own[index],
            limit=judged.limits[index],
            causes=causes[index],
            rule=_rule(article, judged, label, index, threshold),
            shift=" and ".join(filter(None, (_ending(article.blocks[index], label), shifts[index]))),
        )
        for index, label in enumerate(labels)
    ]


def causes_of(judged: Judged) -> list[tuple[Cause, ...]]:
    """What weighed most for each line."""
    columns, passes, kind = judged.evidence.columns, judged.evidence.passes, "html" if judged.evidence.is_html else "text"
    first = _by_trait(passes.first, columns, f"{kind}-1")
    names, weights = _halfway(first, _handed_on(_by_trait(passes.second, columns, f"{kind}-2"), first))
    order = np.argsort(-np.abs(weights), axis=1)[:, :CAUSES]
    return [
        tuple(Cause(_said(names[place], columns, line), float(weights[line, place])) for place in row if weights[line, place])
        for line, row in enumerate(order)
    ]


def _rule(article: Article, judged: Judged, label: Label, index: int, threshold: float) -> str:
    """What decided beside the model."""
    block = article.blocks[index]
    if index == article.title_block:
        return "is the headline, which is not cut"
    if judged.rules[index]:
        return judged.rules[index]
    if judged.reasons[index] is None and label.cuts:
        return "looks like furniture without the lines that are cut" if not slice_block(block, label).kept else ""
    if judged.limits[index] > 0.0 or not threshold:
        return ""
    if index == lone_paragraph(judged.page, article.blocks):
        return "is the only paragraph"
    is_lenient = is_other_page(article) and is_vouched(block)
    return (
        "is kept by trafilatura on a page that is no article" if is_lenient else "stands in a box with the article's paragraphs"
    )


def _ending(block: Block, label: Label) -> str:
    """What alone goes of a block that stays."""
    if not label.cuts or not slice_block(block, label).kept:
        return ""
    if any(cut.reason is Reason.RELATED_TEASER for cut in label.cuts):
        return "holds a call to another article, which alone goes,"
    return "holds a credit, which alone goes," if label.cuts[-1].end < len(block.text) else "ends in a credit, which alone goes,"


def _shift(article: Article, limit: float, threshold: float) -> str:
    """Why a block is asked for more or less certainty than others."""
    if limit == 0.0 or abs(limit - threshold) < CLEAR:
        return ""
    if limit > threshold:
        return "is set apart by its markup" if article.is_html else "follows what announces another story"
    return "stands right below the headline" if article.is_html else "runs on from the paragraph before it"


Told = tuple[list[Trait], Floats]
"""Traits, and lines × traits: their log-odds."""


def _by_trait(forest: Forest, columns: Mapping[str, Column], name: str) -> Told:
    """What the columns of a forest weigh, those of one trait together."""
    weights, table = weights_of(forest, columns, name), forest.table(columns)
    traits: dict[str, Trait] = {}
    found: dict[str, Floats] = {}
    for place, column in enumerate(forest.names):
        present = table[:, place] > 0
        parts = [(trait_of(column), np.ones(len(table), np.bool_))]
        if column in PRESENT:
            parts = [(trait_of(column), ~present), (Trait(column, "", ((inf, PRESENT[column]),)), present)]
        for trait, where in parts:
            traits[trait.name] = trait
            found[trait.name] = found.get(trait.name, 0.0) + np.where(where, weights[:, place], 0.0)
    return [*traits.values()], np.stack([found[name] for name in traits], axis=1)


def trait_of(column: str) -> Trait:
    """The trait that a column belongs to; of an unknown one, one of its own by the column's name."""
    own = Trait(column, "", ((inf, f"weighs so by {column}"),))
    return next((trait for trait in (*TRAITS, *ABSENT) if trait.holds(column)), own)


def _handed_on(second: Told, first: Told) -> Told:
    """The second pass's weights; that of the first's verdict is shared out among what the first weighed in its direction."""
    traits, weights = second
    place = next((number for number, trait in enumerate(traits) if trait.name == FIRST_LOOK), None)
    if place is None:
        return second
    heard = weights[:, [place]]
    agreeing = np.where(first[1] * heard > 0, first[1], 0.0)
    total = agreeing.sum(axis=1, keepdims=True)
    shares = np.divide(agreeing, total, out=np.zeros_like(agreeing), where=total != 0)
    merged = {trait.name: (trait, weights[:, number]) for number, trait in enumerate(traits)}
    merged[FIRST_LOOK] = (traits[place], np.where(total[:, 0] != 0, 0.0, heard[:, 0]))
    for number, trait in enumerate(first[0]):
        known = merged.get(trait.name)
        merged[trait.name] = (trait, shares[:, number] * heard[:, 0] + (known[1] if known else 0.0))
    return [trait for trait, _ in merged.values()], np.stack([each for _, each in merged.values()], axis=1)


def _halfway(first: Told, second: Told) -> Told:
    """The means of both passes' weights."""
    traits = {trait.name: trait for trait in (*first[0], *second[0])}
    place = {name: number for number, name in enumerate(traits)}
    weights = np.zeros((len(first[1]), len(traits)))
    for names, told in (first, second):
        for number, trait in enumerate(names):
            weights[:, place[trait.name]] += told[:, number] / 2
    return [*traits.values()], weights


def _said(trait: Trait, columns: Mapping[str, Column], line: int) -> str:
    return trait.said(float(columns[trait.told_by][line]) if trait.told_by in columns else MISSING)
