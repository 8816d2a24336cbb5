"""What the model's columns are called before people: each belongs to one trait, said in words that go on from "it".

What is said of a trait is true of the line; whether it speaks for or against it is the model's to say.
"""

from dataclasses import dataclass
from math import inf

from ingest.clean.markup import TAGS

Steps = tuple[tuple[float, str], ...]
"""Upper ends of the values of a trait's telling column, ascending, and what is said of it up to each."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that columns say of a line, together."""

    name: str
    told_by: str
    """The column whose value decides what is said."""
    steps: Steps
    columns: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    """How the names of further columns of it begin."""

    def said(self, value: float) -> str:
        """What is said of a line."""
        return next(words for end, words in self.steps if value <= end)

    def holds(self, column: str) -> bool:
        """Whether a column belongs to it."""
        return column in self.columns or column.startswith(self.starts)


TRAITS: tuple[Trait, ...] = (
    Trait("wording", "wording_+0", ((0, "sounds like furniture"), (inf, "sounds like an article")), ("wording_+0",)),
    Trait(
        "wording around",
        "wording_around",
        ((0, "stands among lines that sound like furniture"), (inf, "stands among lines that sound like an article")),
        starts=("wording_",),
    ),
    Trait(
        "length",
        "width",
        (
            (40, "is very short"),
            (90, "is short"),
            (600, "is as long as a paragraph"),
            (inf, "is longer than most paragraphs"),
        ),
        ("width", "words", "width_to_median", "dense"),
    ),
    Trait(
        "sentence",
        "ends",
        ((0, "does not end like a sentence"), (inf, "ends like a sentence")),
        ("ends", "sentences", "lower_start", "lower_words", "grammar", "trails_off", "opens_quote", "quotes", "question"),
    ),
    Trait(
        "letters",
        "capitals",
        ((0.3, "has few capitalised words"), (0.6, "has many capitalised words"), (inf, "is mostly capitalised words")),
        ("word_length", "capitals", "shouting", "digits", "marks", "commas", "colon", "exclaims", "loud", "careless"),
        ("bullet", "digit_start", "variety", "wide_script"),
    ),
    Trait(
        "repeats",
        "repeats",
        ((1, "stands only once on the page"), (inf, "stands on the page again and again")),
        ("repeats",),
    ),
    Trait(
        "title",
        "in_title",
        ((0.001, "says nothing about the title's subject"), (inf, "takes up the title's subject")),
        ("in_title", "to_title", "title_covered", "of_title"),
    ),
    Trait(
        "what follows",
        "tail_odds",
        ((0, "is followed by what hardly seems the article's"), (inf, "is followed by more that seems the article's")),
        ("tail_odds", "tail_weight", "tail_contrast", "tail_best_run", "tail_best", "run_after", "run_far_after"),
    ),
    Trait(
        "what precedes",
        "run_before",
        ((0, "follows what hardly seems the article's"), (inf, "follows what seems the article's")),
        ("head_odds", "head_worst_run", "run_before"),
    ),
    Trait(
        "manner",
        "near_wording_+0_contrast",
        ((-0.5, "is written otherwise than the article before it"), (inf, "is written like the article before it")),
        starts=("near_", "tail_"),
    ),
    Trait(
        "opening",
        "in_lead",
        (
            (0.08, "has next to nothing in common with the article's opening"),
            (0.3, "has little in common with the article's opening"),
            (inf, "has much in common with the article's opening"),
        ),
        ("in_lead", "to_lead", "in_early", "to_early", "names_lead"),
    ),
    Trait(
        "known",
        "seen",
        ((0.35, "brings words that were not said before"), (inf, "goes on about what was said before")),
        ("seen", "coming", "names_seen", "known", "mass", "names"),
        ("early_seen", "early_coming", "early_names", "early_known"),
    ),
    Trait(
        "paragraphs beside",
        "best_before",
        ((0.1, "resembles no paragraph before it"), (inf, "resembles a paragraph before it")),
        ("to_before", "to_after", "across"),
        ("best_", "mean_"),
    ),
    Trait(
        "list",
        "form_share",
        ((0.15, "is unlike the lines round it"), (inf, "looks like many other lines of the page")),
        ("form_share",),
        ("like_",),
    ),
    Trait(
        "place",
        "share_of_lines",
        (
            (0.2, "stands near the top of the page"),
            (0.7, "stands in the middle of the page"),
            (inf, "stands far down the page"),
        ),
        ("share_of_lines", "lines_before", "lines_after", "lines", "from_lead", "from_title", "from_early", "early_to_lead"),
        ("prose_share_", "prose_before", "prose_after"),
    ),
    Trait(
        "end",
        "from_last",
        ((0, "stands before the running text ends"), (inf, "stands after the end of the running text")),
        ("from_last",),
    ),
    Trait(
        "page",
        "prose_lines",
        ((0.3, "is of a page with little running text"), (inf, "is of a page full of running text")),
        ("prose", "prose_lines", "short_share", "cues_share"),
    ),
    Trait(
        "lines around",
        "cues_near_3",
        ((0.001, "has no furniture close by"), (inf, "has furniture close by")),
        starts=("cues_near_", "cues_after", "cues_before", "gap_cues", "since_cue", "until_cue"),
    ),
    Trait(
        "paragraphs around",
        "dense_near_3",
        ((0.25, "stands among short lines"), (inf, "stands among paragraphs")),
        ("gap_lines", "gap_ends", "gap_width", "gap_side", "to_prose_before", "to_prose_after"),
        ("dense_near_", "dense_after", "dense_before", "ends_near_", "width_near_", "width_-", "width_+", "form_-", "form_+"),
    ),
    Trait(
        "related before",
        "since_related",
        ((59, "follows a heading that leads to other stories"), (inf, "follows no heading that leads to other stories")),
        starts=("since_related", "count_related", "since_inline", "count_inline", "since_age", "count_age"),
    ),
    Trait(
        "furniture before",
        "cues_before",
        ((0.001, "follows lines without marks of furniture"), (inf, "follows lines of furniture")),
        starts=("since_", "count_"),
    ),
    Trait(
        "furniture ahead",
        "cues_after",
        ((0.001, "has no furniture just ahead"), (inf, "has furniture just ahead")),
        starts=("until_",),
    ),
    Trait(
        "segment",
        "segment_to_lead",
        (
            (-0.001, "is far from any run of paragraphs"),
            (0.12, "belongs to paragraphs that tell of something else than the opening"),
            (inf, "belongs to paragraphs that tell of what the opening tells"),
        ),
        starts=(
            "segment_to_",
            "segment_seen",
            "segment_coming",
            "segment_best",
            "segment_names",
            "segment_head",
            "segment_dateline",
        ),
    ),
    Trait(
        "segment order",
        "segment_order",
        (
            (-0.5, "belongs neither to the opening's paragraphs nor to later ones"),
            (0.5, "stands with the opening's paragraphs"),
            (inf, "stands with a later run of paragraphs"),
        ),
        ("segment_order", "segment_count", "segment_in"),
    ),
    Trait(
        "segment place",
        "segment_place",
        (
            (0, "stands within a run of paragraphs"),
            (8, "stands just before a run of paragraphs"),
            (inf, "has no run of paragraphs ahead"),
        ),
        starts=("segment_gap", "segment_place"),
    ),
    Trait(
        "segment size",
        "segment_chars",
        (
            (-0.001, "is far from any run of paragraphs"),
            (400, "belongs to few or short paragraphs"),
            (inf, "belongs to a longer run of paragraphs"),
        ),
        starts=("segment_chars", "segment_share", "segment_paragraphs"),
    ),
    Trait(
        "first look",
        "sure_+0",
        ((0.5, "looked like furniture at first sight"), (inf, "looked like the article's own at first sight")),
        ("sure_+0",),
    ),
    Trait(
        "verdict around",
        "sure_near",
        ((0.5, "stands among lines that look like furniture"), (inf, "stands among lines of the article")),
        ("sure_next_prose", "sure_last_prose"),
        ("sure_+", "sure_-", "sure_before", "sure_after", "sure_near", "sure_around"),
    ),
    Trait(
        "verdict on segment",
        "segment_sure",
        (
            (-0.001, "is not between paragraphs"),
            (0.5, "belongs to paragraphs that are another story's"),
            (inf, "belongs to paragraphs of the article"),
        ),
        starts=("segment_sure", "segment_low", "sure_next_segment", "sure_last_segment"),
    ),
    Trait(
        "own so far",
        "to_last_sure",
        (
            (-0.5, "stands after the last paragraph that is surely the article's"),
            (inf, "stands before the article's last paragraph"),
        ),
        ("to_last_sure", "own_after", "dropped_after"),
    ),
    Trait(
        "own before",
        "from_first_sure",
        ((-0.5, "stands before the first paragraph that is surely the article's"), (inf, "stands after the article has begun")),
        ("from_first_sure", "own_before", "own_share_before", "dropped_before"),
    ),
    Trait(
        "own share",
        "own_share_of_prose",
        ((0.5, "is of a page that is mostly furniture"), (inf, "is of a page whose paragraphs are mostly the article's")),
        ("own_share", "own_share_of_prose"),
    ),
    Trait(
        "trafilatura",
        "trafilatura",
        (
            (-0.5, "was not judged by trafilatura"),
            (0.5, "is left out by trafilatura"),
            (inf, "is kept by trafilatura"),
        ),
        ("trafilatura", "trafilatura_form"),
    ),
    Trait(
        "trafilatura around",
        "to_last_kept",
        ((-0.5, "stands after all that trafilatura keeps"), (inf, "stands by what trafilatura keeps")),
        ("from_first_kept", "to_last_kept", "kept_share_before", "kept_chars", "kept_of_all"),
        ("trafilatura_+", "trafilatura_-"),
    ),
    Trait(
        "links",
        "link_share",
        ((0.001, "holds no link"), (0.5, "holds links"), (inf, "is mostly links")),
        ("link_share", "links"),
    ),
    Trait("bold", "bold_share", ((0.5, "is not set in bold"), (inf, "is set in bold")), ("bold_share",)),
    Trait("hidden", "hidden", ((0, "is shown by the page"), (inf, "is hidden by the page")), ("hidden",)),
    Trait("tag", "tag", tuple((place, f"is a <{tag}> element") for place, tag in enumerate((*TAGS, "…"))), ("tag",)),
    Trait(
        "siblings",
        "parent_kept",
        ((0.5, "shares its box with what trafilatura leaves out"), (inf, "shares its box with what trafilatura keeps")),
        starts=("parent_",),
    ),
    Trait(
        "box",
        "section_bulk",
        ((0, "stands outside the box that holds most of the article"), (inf, "stands in the box that holds most of the article")),
        starts=("section_",),
    ),
)
"""A column belongs to the first trait that holds it."""
