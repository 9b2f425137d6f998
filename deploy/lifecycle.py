"""The life of a decision as a page: a diagram and a table, written from the moves that exist.

`python -m services.eligibility.decisions.lifecycle` writes `docs/lifecycle.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.eligibility.decisions.domain import TRANSITIONS, Act, State

PAGE = Path(__file__).parents[3] / "docs" / "lifecycle.md"

STATES: dict[State, str] = {
    State.PROPOSED: "an evaluation found it; if its notice is over (`noticed_on`), or none is needed, it may be approved",
    State.IN_NOTICE: "stands in an open public notice",
    State.SUSPENDED: "held by an officer, by open objections, or by one that was upheld",
    State.REJECTED: "refused by an officer; not proposed again until its outcome differs",
    State.APPROVED: "in force: its version is numbered and its event in the outbox",
    State.SUPERSEDED: "replaced by a newer proposal or version, or its ground was lost",
}
"""What each state means."""

ACTS: dict[Act, tuple[str, str]] = {
    Act.PROPOSE: ("`POST /v1/evaluations`", "an evaluation found what differs from the version in force"),
    Act.PUBLISH: ("`POST /v1/notices`", "put into a public notice; once in its life"),
    Act.CONCLUDE: (
        "`POST /v1/notices/{id}/close`",
        "its notice was closed after its term; a suspended one stays suspended",
    ),
    Act.OBJECT: ("`POST /v1/notices/{id}/objections`", "an objection was recorded against it"),
    Act.DISMISS: (
        "`POST /v1/objections/{id}/decide` rejected",
        "it resumes its course, unless another objection or an officer holds it",
    ),
    Act.UPHOLD: (
        "`POST /v1/objections/{id}/decide` upheld",
        "it waits for a corrected fact or reading. An evaluation that reads other facts for it, or by another reading, proposes"
        " the award anew, to be noticed again, for the reason `objection`, though the outcome be the same",
    ),
    Act.SUSPEND: ("`POST /v1/decisions/{id}/suspend`", "an officer holds it"),
    Act.RESUME: (
        "`POST /v1/decisions/{id}/resume`",
        "the officer's hold ends; not while an objection is open or was upheld. Its state is what it would be without the hold",
    ),
    Act.REJECT: ("`POST /v1/decisions/{id}/reject`", "an officer refuses it"),
    Act.APPROVE: (
        "`POST /v1/decisions/{id}/approve`, `POST /v1/approvals`",
        "another person than its proposer approves it; a flagged one needs a reason",
    ),
    Act.SUPERSEDE: (
        "`POST /v1/evaluations`, or the approval of the next version",
        "facts or readings gave another result, which is proposed, and noticed, anew; a hold of the old one is not passed on",
    ),
}
"""Which request does each act, and what it means."""


def page() -> str:
    """Return the page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The life of a decision"
    yield ""
    yield "Generated from `TRANSITIONS`, not edited: `python -m services.eligibility.decisions.lifecycle`. Every move that is not"
    yield "here is refused with the state that is and the moves that are possible."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {State.PROPOSED}: {Act.PROPOSE}"
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, act), targets in TRANSITIONS.items():
        for target in targets:
            arrows.setdefault((state, target), []).append(act)
    for (state, target), acts in arrows.items():
        yield f"    {state} --> {target}: {', '.join(acts)}"
    for state in State:
        if not any(at is state for at, _ in TRANSITIONS):
            yield f"    {state} --> [*]"
    yield "```"
    yield ""
    yield "| state | means |"
    yield "|---|---|"
    for state in State:
        yield f"| `{state}` | {STATES[state]} |"
    yield ""
    yield "| act | from | to | by | means |"
    yield "|---|---|---|---|---|"
    yield f"| `{Act.PROPOSE}` |  | `{State.PROPOSED}` | {' | '.join(ACTS[Act.PROPOSE])} |"
    for act in Act:
        leads: dict[tuple[State, ...], list[State]] = {}
        for (state, of), targets in TRANSITIONS.items():
            if of is act:
                leads.setdefault(targets, []).append(state)
        for targets, states in leads.items():
            yield f"| `{act}` | {_codes(states)} | {_codes(targets)} | {' | '.join(ACTS[act])} |"


def _codes(states: list[State] | tuple[State, ...]) -> str:
    return ", ".join(f"`{state}`" for state in states)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
