"""Tables of what became of gold documents: by reason, by language, and the worst of them with their cuts."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from flows.cli.console import safe, table
from ingest.audit import ABSENT, UNTOLD, Account, Piece, ReasonScore, by_language, by_reason, worst

SHOWN_CHARS = 110
"""So much of a piece is shown to a person."""
SHOWN_PIECES = 8
REASON_COLUMNS = ("lines", "chars", "removed", "right", "instead", "own_cut")
MEANING = {UNTOLD: "(not told)", ABSENT: "(not found)"}


def records(accounts: Sequence[Account], count: int) -> Iterator[dict[str, Any]]:
    """A record for each reason, language and one of the worst documents, for scripts."""
    for score in by_reason(accounts):
        yield {"table": "reasons", **asdict(score)}
    for language, scores in by_language(accounts).items():
        yield {"table": "languages", "lang": language, **scores}
    for account in worst(accounts, count):
        yield {
            "table": "worst",
            "id": account.id,
            "lang": account.language,
            "F1": account.f1,
            "own_cut": [_record(piece) for piece in account.lost],
            "left": [_record(piece) for piece in account.left],
            "misnamed": [_record(piece) for piece in account.pieces if piece.is_misnamed],
        }


def _record(piece: Piece) -> dict[str, Any]:
    return {"line": piece.line + 1, "want": piece.want, "got": piece.got, "score": piece.score, "text": piece.text}


def show(out: Console, accounts: Sequence[Account], count: int) -> None:
    """Print the same for a person."""
    rows = [_cells(score) for score in by_reason(accounts)]
    out.print(table(("reason", *REASON_COLUMNS), rows, right=[name for name in REASON_COLUMNS if name != "instead"]))
    out.print()
    languages = by_language(accounts)
    if len(languages) > 1:
        names = list(next(iter(languages.values())))
        out.print(table(("language", *names), [(each, *scores.values()) for each, scores in languages.items()], right=names))
        out.print()
    for account in worst(accounts, count):
        _show_document(out, account)


def _cells(score: ReasonScore) -> list[object]:
    """A row of the table; shares of nothing are not shown."""
    fields = asdict(score)
    shown = [fields[name] if score.lines or name == "own_cut" else None for name in REASON_COLUMNS]
    return [MEANING.get(score.reason, score.reason), *shown]


def _show_document(out: Console, account: Account) -> None:
    head = f"{account.id or 'a document'} ({account.language}): F1 {account.f1:.4f}"
    lost, left = account.chars(account.lost), account.chars(account.left)
    out.print(Text(safe(f"{head}, {lost:,} characters of its own cut, {left:,} left that should go"), style="bold"))
    _show_pieces(out, "own text cut", account.lost)
    _show_pieces(out, "left", account.left)
    out.print()


def _show_pieces(out: Console, what: str, pieces: Sequence[Piece]) -> None:
    for piece in pieces[:SHOWN_PIECES]:
        reason = piece.got or piece.want or UNTOLD
        sure = "" if piece.score is None else f" {piece.score:.2f}"
        text = piece.text if len(piece.text) <= SHOWN_CHARS else f"{piece.text[:SHOWN_CHARS].rstrip()} …"
        out.print(Text(safe(f"  {what}, line {piece.line + 1}, {MEANING.get(reason, reason)}{sure}: {text}")))
    if len(pieces) > SHOWN_PIECES:
        out.print(f"  and {len(pieces) - SHOWN_PIECES:,} more")
