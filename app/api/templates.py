"""The HTTP API of response templates: list, draft, approve, retire."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api.cursors import LONGEST, Cursor, Limit, page
from app.api.depends import Caller, Door
from app.api.models import ApprovalBody, Name, TemplateBody
from service.views import TemplateView

TemplateId = Annotated[Name, Path(description="the template's id", examples=["regulated.received"])]
Language = Annotated[str, Path(pattern=r"^[a-z]{2}$")]
Version = Annotated[int, Path(ge=1, le=2**31)]
templates = APIRouter(prefix="/templates", tags=["templates"])


@templates.get("", operation_id="list_templates")
def list_templates(
    door: Door, caller: Caller, response: Response, limit: Limit = LONGEST, cursor: Cursor = None
) -> list[TemplateView]:
    """Every version of every template, and what the policy ships as version `policy`."""
    return page(door.templates(caller), limit, cursor, _name, response)


@templates.post("", status_code=201, operation_id="draft_template")
def draft_template(body: TemplateBody, door: Door, caller: Caller) -> TemplateView:
    """Writes a new version. It is used only after a second person has approved it."""
    return door.draft_template(caller, body.id, body.language, body.text)


@templates.post("/{template_id}/{language}/{version}/approval", operation_id="approve_template")
def approve_template(
    template_id: TemplateId, language: Language, version: Version, body: ApprovalBody, door: Door, caller: Caller
) -> TemplateView:
    """Approves exactly the words of that hash; the author cannot. The version before is retired."""
    return door.approve_template(caller, template_id, language, version, body.hash)


@templates.post("/{template_id}/{language}/{version}/retirement", operation_id="retire_template")
def retire_template(
    template_id: TemplateId, language: Language, version: Version, door: Door, caller: Caller
) -> TemplateView:
    """Ends a version for good."""
    return door.retire_template(caller, template_id, language, version)


def _name(template: TemplateView) -> str:
    return f"{template.id} {template.language} {template.version}"
