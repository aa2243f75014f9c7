"""What a model was asked, over a real endpoint and the built Handrail: counted, remembered, told to who may know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from fastapi.testclient import TestClient

from app.api.build import build_api
from app.settings import load_settings
from app.wiring import build
from assistants.stub_endpoint import StubEndpoint
from tests.app.test_wiring import POLICY

TOPIC = {"self_harm": "Says or hints at hurting oneself."}
ASKED = {"topics": TOPIC, "answers": {"deadline": "30s"}}
AS_ADMIN = {"X-Handrail-Actor": "root", "X-Handrail-Role": "admin"}
AS_AGENT = {"X-Handrail-Actor": "maria", "X-Handrail-Role": "frontline_agent"}


def _reply(body: Mapping[str, Any]) -> str:
    if body["response_format"]["json_schema"]["name"] == "Judgement":
        return json.dumps({"topics": [{"topic": "self_harm", "score": 0.0, "quote": ""}]})
    return json.dumps({"answer": "", "citations": [], "confidence": 0.0, "wants_person": False, "intent": "none"})


def test_calls_tokens_and_cost_are_told_and_the_same_words_are_judged_once(no_config: None, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(yaml.safe_dump({**POLICY, **ASKED}))
    stub = StubEndpoint(reply=_reply)
    with stub as url:
        model = {"base_url": url, "name": "stub", "price_asked": 2.0, "price_answered": 8.0}
        settings = load_settings(
            demo=True, policy=str(policy), data_dir=tmp_path, assistant="openai", model=model, meaning=False
        )
        system = build(settings)
        with TestClient(build_api(system.door, settings), base_url="http://127.0.0.1") as client:
            for name in ("c1", "c2"):
                client.post("/v1/conversations", json={"id": name})
                client.post(f"/v1/conversations/{name}/messages", json={"text": "Do your gnomes sing?"})
            assert client.get("/v1/usage", headers=AS_AGENT).status_code == 403
            told = client.get("/v1/usage", headers=AS_ADMIN).json()
        system.close()
    judged = [one for one in stub.requests if one["response_format"]["json_schema"]["name"] == "Judgement"]
    assert len(judged) == told["classifier"]["calls"] == 1
    assert told["classifier"]["remembered"] == 1
    assert told["assistant"]["calls"] == 2
    assert told["assistant"]["faults"] == {}
    assert told["assistant"]["cost"] == (2 * 2.0 + 2 * 8.0) / 1_000_000
    assert told["summary"]["calls"] == 0
