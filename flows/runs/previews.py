"""Plans of reprocesses: what a preview found, kept in the bucket for whoever approves it."""

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from flows.errors import PlanError
from flows.runs.selection import Selection
from storage import keys
from storage.bucket import Bucket
from storage.errors import DamagedError, KeyMissingError, RefusedError

Z = 2.5758
"""Of the normal distribution for 99 %: one honest apply in a hundred stops by chance, which costs another preview."""
Becomes = Literal["unchanged", "new-version", "rejected", "accepted", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a preview found of one document."""

    id: str
    version: int
    """Before; 0 without."""
    becomes: Becomes
    reason: str | None = None
    """`stage/reason` where it is rejected."""
    words_changed: int = 0
    """Words that one of the two texts has and the other has not."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan: what it selects, what it was decided on, and what it found; holds no text."""

    plan: str
    """Its id, and that of the run that applies it."""
    corpus: str
    created_at: datetime
    selection: Selection
    base_seq: int
    """Commit at which documents were selected."""
    config_id: str
    code: str
    """Settings and version of the code that cleaned."""
    selected: int
    """Documents."""
    selected_sha256: str
    """Digest of their ids, versions and inputs."""
    results: tuple[Result, ...]
    """Of every document that was looked at, by id."""
    low: float
    high: float
    """Bounds of the changed share of all selected documents."""
    newly_duplicate: int = 0
    no_longer_duplicate: int = 0
    """Documents that copy another only afterwards, or only before, among those looked at and those that stand with them."""
    buckets: Mapping[str, int] | None = None
    """Share of words that differ → changed documents."""
    messages: tuple[str, ...] = ()
    """One sentence for each input that could not be cleaned again; capped."""

    @property
    def looked_at(self) -> int:
        """Documents that were cleaned again."""
        return len(self.results)

    @property
    def is_sample(self) -> bool:
        """Whether there are more that were not."""
        return self.looked_at < self.selected

    @property
    def counts(self) -> dict[Becomes, int]:
        """What becomes of the documents looked at."""
        told: tuple[Becomes, ...] = ("unchanged", "new-version", "rejected", "accepted", "failed")
        return {name: sum(result.becomes == name for result in self.results) for name in told}

    @property
    def newly_rejected(self) -> dict[str, int]:
        """`stage/reason` → live documents that would be withdrawn, most first."""
        found: dict[str, int] = {}
        for result in self.results:
            if result.becomes == "rejected":
                found[str(result.reason)] = found.get(str(result.reason), 0) + 1
        return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))

    @property
    def changed(self) -> int:
        """Documents looked at that would come, go or change."""
        counts = self.counts
        return counts["new-version"] + counts["rejected"] + counts["accepted"]

    @property
    def page(self) -> str:
        """Key of the page that shows it."""
        return keys.reprocess_page(self.plan)

    def to_json(self) -> str:
        """The plan as one JSON object, with its counts spelt out."""
        told: dict[str, Any] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        told |= {"created_at": self.created_at.isoformat(), "selection": self.selection.to_plain()}
        told |= {"looked_at": self.looked_at, "is_sample": self.is_sample, "changed": self.changed, "counts": self.counts}
        told |= {"newly_rejected": self.newly_rejected, "page": self.page}
        return json.dumps(told | {"results": [asdict(result) for result in self.results]}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Preview":
        """The plan that `to_json` told; what is counted from it is passed over."""
        told = json.loads(text)
        values = {entry.name: told[entry.name] for entry in fields(cls)}
        values |= {"created_at": datetime.fromisoformat(told["created_at"]), "messages": tuple(told["messages"])}
        values |= {"selection": Selection.from_plain(told["selection"])}
        return cls(**values | {"results": tuple(Result(**result) for result in told["results"])})


def interval(changed: int, looked_at: int) -> tuple[float, float]:
    """Wilson's score interval of a share, for 99 %; everything where nothing was looked at.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if looked_at == 0:
        return 0.0, 1.0
    share, spread = changed / looked_at, Z * Z / looked_at
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / looked_at + spread / (4 * looked_at))
    low = 0.0 if changed == 0 else centre - half
    return max(0.0, low), min(1.0, 1.0 if changed == looked_at else centre + half)


def write(bucket: Bucket, preview: Preview, page: str) -> None:
    """Stores the page, then the plan that makes it one."""
    bucket.put(preview.page, page.encode())
    bucket.put(keys.reprocess_plan(preview.plan), preview.to_json().encode())


def read(bucket: Bucket, plan: str) -> Preview:
    """The plan of an id. Raises: PlanError where there is none, naming the nearest; DamagedError."""
    try:
        key = keys.reprocess_plan(plan)
        return Preview.from_json(bucket.get(key).decode())
    except (KeyMissingError, RefusedError) as error:
        raise PlanError(_unknown(plan, known(bucket))) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{key} is not a plan: the object is damaged") from error


def known(bucket: Bucket) -> list[str]:
    """Ids of all plans, the newest first."""
    found = [info.key.removeprefix(keys.PLANS) for info in bucket.list(keys.PLANS)]
    return sorted((name.removesuffix(".json") for name in found if name.endswith(".json")), reverse=True)


def _unknown(plan: str, there: Sequence[str]) -> str:
    near = difflib.get_close_matches(plan, there, 1, 0.5) or there[:1]
    hint = f"did you mean {near[0]}?" if near else "make one with `winnow reprocess preview`"
    return f"there is no plan {plan!r} in the corpus: {hint}"
