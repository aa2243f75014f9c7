"""The words of the machine: states, voices, events, roles, effects and clocks, one line per member."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a conversation is; exactly one at any time."""

    BOT_HANDLING = "bot_handling"
    GUARDED = "guarded"
    TRIGGERED = "triggered"
    HANDED_OFF = "handed_off"
    AGENT_VERIFYING = "agent_verifying"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class Voice(StrEnum):
    """Who may address the customer in a state."""

    ASSISTANT = "assistant"
    APPROVED_ONLY = "assistant, approved content only"
    SCRIPT_ONLY = "nobody (system script)"
    NOTICES_ONLY = "nobody (system notices)"
    AGENT = "human agent"
    SPECIALIST = "specialist or compliance officer"
    SURVEY_ONLY = "nobody (survey)"


class Event(StrEnum):
    """What happened; named in the past tense because it is recorded, not requested."""

    MESSAGE_ANSWERED = "message_answered"
    CAUTION_RAISED = "caution_raised"
    CAUTION_CLEARED = "caution_cleared"
    TRIGGER_FIRED = "trigger_fired"
    HUMAN_ACCEPTED = "human_accepted"
    FAULT = "fault"
    PACKET_READY = "packet_ready"
    PACKET_UPDATED = "packet_updated"
    PACKET_REVIEWED = "packet_reviewed"
    STEP_DONE = "step_done"
    STEP_UNDONE = "step_undone"
    CLAIMED = "claimed"
    RELEASED = "released"
    AGENT_REPLIED = "agent_replied"
    CODE_SENT = "code_sent"
    IDENTITY_VERIFIED = "identity_verified"
    VERIFICATION_FAILED = "verification_failed"
    ESCALATED = "escalated"
    EXCEPTION_REQUESTED = "exception_requested"
    EXCEPTION_APPROVED = "exception_approved"
    EXCEPTION_DENIED = "exception_denied"
    HAND_BACK_REQUESTED = "hand_back_requested"
    HAND_BACK_AGREED = "hand_back_agreed"
    HAND_BACK_REFUSED = "hand_back_refused"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_VOIDED = "consent_voided"
    SLA_ENDANGERED = "sla_endangered"
    SLA_BREACHED = "sla_breached"
    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"
    CUSTOMER_REPLIED = "customer_replied"
    MESSAGE_KEPT = "message_kept"
    MASK_LIFTED = "mask_lifted"
    SURVEY_ANSWERED = "survey_answered"
    REOPENED = "reopened"
    EXPIRED = "expired"


class Author(StrEnum):
    """Whose words a message is."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


class Role(StrEnum):
    """Who may cause an event."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    FRONTLINE_AGENT = "frontline_agent"
    COMPLIANCE_OFFICER = "compliance_officer"
    ESCALATION_SPECIALIST = "escalation_specialist"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


class Effect(StrEnum):
    """What a transition asks for, as data; `conversation.effects` is what does it."""

    SEND_ANSWER = "send_answer"
    SEND_CAUTION = "send_caution"
    LOCK_BOT = "lock_bot"
    UNLOCK_BOT = "unlock_bot"
    ASSEMBLE_PACKET = "assemble_packet"
    UPDATE_PACKET = "update_packet"
    RECORD_REVIEW = "record_review"
    RECORD_STEP = "record_step"
    OPEN_HANDOVER = "open_handover"
    SEND_SCRIPT = "send_script"
    SEND_NOTICE = "send_notice"
    DELIVER_HANDOVER = "deliver_handover"
    RAISE_SEVERITY = "raise_severity"
    ASSIGN_OWNER = "assign_owner"
    CLEAR_OWNER = "clear_owner"
    NOTIFY_CLAIMED = "notify_claimed"
    SEND_AGENT_MESSAGE = "send_agent_message"
    FORWARD_MESSAGE = "forward_message"
    SEND_CODE = "send_code"
    RECORD_VERIFICATION = "record_verification"
    OPEN_EXCEPTION = "open_exception"
    OPEN_HAND_BACK = "open_hand_back"
    GIVE_CONSENT = "give_consent"
    CLOSE_CONSENT = "close_consent"
    SEND_DELAY = "send_delay"
    RENOTIFY = "renotify"
    PAGE = "page"
    CLOSE_HANDOVER = "close_handover"
    SEND_CLOSING = "send_closing"
    SEND_RETURNED = "send_returned"
    RETURN_MESSAGE = "return_message"
    SEND_SURVEY = "send_survey"
    RECORD_SURVEY = "record_survey"
    CLOSE_CONVERSATION = "close_conversation"


class Clock(StrEnum):
    """The kinds of timer; a waiting state always has one running, and so has an open request for consent."""

    IDLE = "idle"
    PACKET = "packet"
    CLAIM = "claim"
    PAGE = "page"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CONSENT = "consent"


STAFF = (Role.FRONTLINE_AGENT, Role.ESCALATION_SPECIALIST, Role.COMPLIANCE_OFFICER)
"""The human roles that may own a conversation."""

SENIOR = (Role.ESCALATION_SPECIALIST, Role.COMPLIANCE_OFFICER)
"""The human roles that own what is beyond the frontline."""
