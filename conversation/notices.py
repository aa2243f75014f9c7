"""What is said to a customer who waits for a person, with the time that holds now."""

from __future__ import annotations

from conversation.clocks import promised_at
from conversation.run import Run
from handover.words.scripts import notice, wait_for


def notice_text(run: Run, script_id: str) -> str:
    """A notice of the policy, with the time that is left; empty where nobody waits."""
    handover, rules = run.standing.handover, run.rules
    if handover is None:
        return ""
    wait = wait_for(rules.loaded, handover.sla, promised_at(run) or handover.claim_due_at, run.now)
    return notice(script_id, run.standing.language, rules.loaded, wait, team=handover.team, reference=handover.id)
