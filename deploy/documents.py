"""The documents that integrators build on, written from the code: OpenAPI per service, JSON Schema per event, AsyncAPI,
and the datasets as a page in both languages.

`python -m deploy.documents` writes them under `docs/api/`; a test fails when they are not current.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from joserfc.jwk import KeySet
from pydantic import BaseModel

from services.eligibility import app as eligibility
from services.eligibility.settings import Settings as EligibilitySettings
from services.payout import app as payout
from services.payout.settings import Settings as PayoutSettings
from services.registry import app as registry
from services.registry.datasets import handbook
from services.registry.settings import Settings as RegistrySettings
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.events import award_decided, dead_letter, evaluation_shard, facts_revised, payment_orders
from shared.messaging import topics
from shared.web.auth import TokenVerifier

FOLDER = Path(__file__).parents[1] / "docs" / "api"

EVENTS: Mapping[str, tuple[str, type[BaseModel]]] = {
    facts_revised.TYPE: (topics.REGISTRY_FACTS, facts_revised.FactsRevised),
    award_decided.TYPE: (topics.AWARD_DECISIONS, award_decided.AwardDecided),
    dead_letter.TYPE: (topics.AWARD_DECISIONS_DEAD, dead_letter.DeadLetterRecorded),
    evaluation_shard.TYPE: (topics.EVALUATION_SHARDS, evaluation_shard.EvaluationShardCut),
    payment_orders.ISSUED: (topics.PAYMENT_ORDERS, payment_orders.PaymentOrderChanged),
    payment_orders.APPROVED: (topics.PAYMENT_ORDERS, payment_orders.PaymentOrderChanged),
    payment_orders.SETTLED: (topics.PAYMENT_ORDERS, payment_orders.PaymentOrderChanged),
    payment_orders.FAILED: (topics.PAYMENT_ORDERS, payment_orders.PaymentOrderChanged),
    payment_orders.RETURNED: (topics.PAYMENT_ORDERS, payment_orders.PaymentOrderChanged),
    payment_orders.RECOVERY_RAISED: (topics.PAYMENT_ORDERS, payment_orders.RecoveryRaised),
}
"""Event type → its topic and data."""

_LANGUAGES = {"": "en", ".zh-CN": "zh-CN"}


class _NoKeys:
    def get(self, *, fresh: bool) -> KeySet:
        raise NotImplementedError("documents are written without answering requests")


def apps() -> dict[str, FastAPI]:
    """Build the three apps as they are served; nothing is connected."""
    nowhere = "postgresql://nobody@localhost/none"
    common = {
        "database_url": nowhere,
        "kafka_bootstrap_servers": "localhost:1",
        "token_issuer": "http://localhost",
        "token_jwks_url": "http://localhost/keys",
        "token_url": "http://localhost/oauth/token",
        "registry_url": "http://localhost",
        "eligibility_url": "http://localhost",
        "account_key": "A" * 86 + "==",
    }
    clock = SystemClock()
    verifier = TokenVerifier("http://localhost", "documents", _NoKeys(), clock)
    parts: dict[str, Any] = {"database": Database(nowhere), "token_verifier": verifier, "clock": clock}
    return {
        "registry": registry.build(RegistrySettings.model_validate(common), **parts),
        "eligibility": eligibility.build(EligibilitySettings.model_validate(common), **parts),
        "payout": payout.build(PayoutSettings.model_validate(common), **parts),
    }


def documents() -> dict[str, bytes]:
    """Return every document's content by its path below FOLDER."""
    made = {f"{service}.openapi.json": _pretty(app.openapi()) for service, app in apps().items()}
    made |= {f"events/{name}.schema.json": _pretty(_schema(name, model)) for name, (_, model) in EVENTS.items()}
    made["events.asyncapi.json"] = _pretty(_asyncapi())
    made |= {f"datasets{suffix}.md": handbook.write(language).encode() for suffix, language in _LANGUAGES.items()}
    return made


def _schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ecommerce-subsidies:event:{name}",
        **model.model_json_schema(),
    }


def _asyncapi() -> dict[str, Any]:
    by_topic: dict[str, list[str]] = {}
    for name, (topic, _) in EVENTS.items():
        by_topic.setdefault(topic, []).append(name)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of the e-commerce subsidies",
            "version": "1",
            "description": "CloudEvents 1.0 in binary mode: attributes in `ce_*` headers, JSON data in the value.",
        },
        "defaultContentType": "application/json",
        "channels": {
            topic: {
                "address": topic,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            }
            for topic, names in by_topic.items()
        },
        "operations": {
            f"send-{name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic}"},
                "messages": [{"$ref": f"#/channels/{topic}/messages/{name}"}],
            }
            for name, (topic, _) in EVENTS.items()
        },
        "components": {
            "messages": {
                name: {
                    "name": name,
                    "title": name,
                    "summary": (model.__doc__ or "").strip().splitlines()[0],
                    "contentType": "application/json",
                    "headers": _HEADERS,
                    "payload": {
                        "schemaFormat": "application/schema+json;version=draft-2020-12",
                        "schema": _schema(name, model),
                    },
                }
                for name, (_, model) in EVENTS.items()
            }
        },
    }


_HEADERS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "The same when the same thing is told again"},
        "ce_source": {"type": "string", "examples": ["/services/eligibility"]},
        "ce_type": {"type": "string"},
        "ce_subject": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_traceparent": {"type": "string", "description": "W3C trace context"},
    },
}


def _pretty(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def main() -> None:
    """Write every document."""
    for path, content in documents().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
