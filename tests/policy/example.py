"""A small policy of our own that lints clean, for tests to break one line at a time."""

from __future__ import annotations

from policy.schema import RUNTIME_TRIGGERS

_RUNTIME = "".join(
    f"""  - id: {name}
    family: system
    reason: The runtime calls a person.
    sla: standard
    route: {{team: support}}
"""
    for name in RUNTIME_TRIGGERS
)

SAFE = f"""handrail: 1
name: kite-shop
topics:
  legal_advice: Asks what the law says.
sla:
  standard: {{claim: 4h, resolve: 24h, page_after: 2h}}
hours:
  timezone: Europe/Berlin
  open: {{mon: 09:00-17:00}}
  holidays: [2027-01-01]
roles:
  frontline_agent: [ana]
  compliance_officer: [cleo]
  auditor: [aldo]
scripts:
  handover.legal:
    en: "{{team}} will reply by {{reply_by}}."
    de: "{{team}} antwortet bis {{reply_by}}."
smalltalk:
  greeting:
    phrases: {{en: [hello]}}
    reply: {{en: Hello.}}
filters:
  - id: screen.promise
    reason: Promises nobody has made.
    any: [{{phrases: [we guarantee]}}]
playbooks:
  legal:
    title: Legal
    steps: [{{id: read, text: Read the packet.}}]
triggers:
  - id: regulated.legal
    family: legal
    reason: Legal questions need a person.
    any:
      - phrases: [my lawyer, take you to court]
      - topic: legal_advice
      - pattern: ['court\\s+order']
    when: customer.tier != 'internal'
    sla: standard
    route: {{team: legal}}
    playbook: legal
    script: handover.legal
    vectors:
      positive: [I will ask my lawyer]
      negative:
        - text: where is my kite
          facts: {{customer.tier: gold}}
{_RUNTIME}"""


def line_of(text: str, part: str) -> int:
    """The line, from 1, on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1
