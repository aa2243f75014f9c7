"""Mail that no person wrote, by its headers: answers of absence, delivery reports, lists.

RFC 3834, 2 and 5; RFC 3464; `Precedence` and `X-Autoreply` as older programs send them.
"""

from __future__ import annotations

import email.parser
import email.policy
import re

_ROBOTS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)(@|$)", re.IGNORECASE)


def is_automatic(headers: str, author: str = "") -> bool:
    """Whether raw mail headers, or the address of the author, say that a program answered."""
    if _ROBOTS.match(author.strip()):
        return True
    mail = email.parser.HeaderParser(policy=email.policy.compat32).parsestr(headers)
    submitted = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    report = mail.get_content_type() == "multipart/report" or str(mail.get("Return-Path", "")).strip() == "<>"
    bulk = str(mail.get("Precedence", "")).strip().lower() in ("bulk", "junk", "auto_reply", "list")
    return submitted != "no" or report or bulk or any(name in mail for name in ("X-Autoreply", "X-Autorespond"))
