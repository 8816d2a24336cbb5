"""What users set of near-duplicate search."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DedupConfig:
    """Thresholds of verification; changing one asks for deciding the whole corpus again.

    Containment, conflict and gap are those measured on labelled wire copy (precision .986, recall .984 of pairs, with
    `min_conflicts` 3 and without `rewrite_containment` and `max_series_containment`, which that figure does not cover).
    """

    min_containment: float = 0.45
    """Share of the shorter text's 5-shingles that the longer must have for the two to be one story."""
    max_conflict: float = 0.4
    """Share of matching 5-shingles whose numbers may differ; above it two texts are issues of a series."""
    min_conflicts: int = 6
    """Differing 5-shingles that a series needs at least: one changed number alone makes five."""
    max_series_containment: float = 0.9
    """Containment from which near texts are an update whatever their numbers: issues of a report have more of them."""
    max_gap_days: float = 3.0
    """Days between two publications beyond which only copies without any differing number are one story."""
    copy_containment: float = 0.95
    """Containment from which a later copy without differing numbers is one story whatever the gap."""
    near_jaccard: float = 0.8
    """Jaccard similarity from which two texts are near copies rather than one contained in the other."""
    contained_containment: float = 0.9
    """Containment from which the shorter text counts as contained in the longer."""
    update_conflict: float = 0.02
    """Conflict from which two texts of one story are an update rather than copies."""
    follow_up_containment: float = 0.2
    """Containment from which two different stories are linked as follow-ups."""
    rewrite_containment: float = 0.55
    """Containment below which one story must also share its opening: a follow-up repeats only background."""
    min_shingles: int = 16
    """Distinct 5-shingles below which a text matches exact copies only."""
    round_up_jaccard: float = 0.7
    """Jaccard similarity from which two round-ups are copies of each other."""
    main_story_share: float = 0.75
    """Share of a text from which one story in it is its own and others in it are leftovers, not parts of a round-up."""
