"""Everything that the scorecard may weigh, as one table."""

from ingest.clean.cohesion import cohesion_columns
from ingest.clean.outline import Outline
from ingest.clean.position import position_columns
from ingest.clean.segments import segment_columns
from ingest.clean.shape import Column, shape_columns


def columns_of(page: Outline) -> dict[str, Column]:
    """One column per trait, one value per line."""
    return {**shape_columns(page), **position_columns(page), **cohesion_columns(page), **segment_columns(page)}
