"""The quality gate: whether a run as a whole looks wrong enough that nothing of it should be committed."""

from flows.runs.report import Report
from flows.runs.settings import GateConfig


def refusal(report: Report, gate: GateConfig) -> str | None:
    """Why the run is refused, one sentence that names the setting; null where it may be committed."""
    judged = report.inputs - report.unchanged
    if judged < gate.min_inputs:
        return None
    cut = sum(report.chars_cut.values())
    shares = {
        "max_rejected_share": ("inputs were rejected", sum(report.rejected.values()) / judged, gate.max_rejected_share),
        "max_failed_share": ("inputs failed", sum(report.failed.values()) / judged, gate.max_failed_share),
        "max_cut_share": ("characters were cut", cut / max(1, cut + report.chars_kept), gate.max_cut_share),
    }
    for setting, (what, share, limit) in shares.items():
        if share > limit:
            return f"{share:.0%} of the {what}, more than gate.{setting} = {limit:.0%}"
    return None
