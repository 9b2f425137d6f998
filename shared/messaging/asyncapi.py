"""The events in AsyncAPI 3: every type with its topic and the JSON Schema of its data; as a document and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.events import award_decided, dead_letter, evaluation_shard, facts_revised, payment_orders
from shared.messaging import topics
from shared.version import VERSION

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

_HEADERS: Mapping[str, Any] = {
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


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an event's data."""
    _, model = EVENTS[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ecommerce-subsidies:event:{name}",
        **model.model_json_schema(),
    }


@cache
def document() -> dict[str, Any]:
    """Return the AsyncAPI 3 document of every event, made once."""
    by_topic: dict[str, list[str]] = {}
    for name, (topic, _) in EVENTS.items():
        by_topic.setdefault(topic, []).append(name)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of the e-commerce subsidies",
            "version": VERSION,
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
                        "schema": schema(name),
                    },
                }
                for name, (_, model) in EVENTS.items()
            }
        },
    }


def page() -> str:
    """Return the document as a page in Markdown, a table of members per event."""
    told: dict[str, Any] = document()
    lines = [
        f"# {told['info']['title']}",
        "",
        "Written from the AsyncAPI document by `make openapi`, not edited. Each service serves that document at",
        "`/asyncapi.json`; the schemas stand in `events/`.",
        "",
        told["info"]["description"],
        "",
        "| header | means |",
        "|---|---|",
        *(f"| `{name}` | {_cell(header)} |" for name, header in _HEADERS["properties"].items()),
    ]
    for topic, channel in told["channels"].items():
        lines += ["", f"## `{topic}`"]
        for name in channel["messages"]:
            message = told["components"]["messages"][name]
            payload = message["payload"]["schema"]
            lines += [
                "",
                f"### `{name}`",
                "",
                message["summary"],
                "",
                "| member | type | needed | means |",
                "|---|---|---|---|",
            ]
            lines += _members(payload, payload)
    return "\n".join(lines) + "\n"


def _members(part: Mapping[str, Any], whole: Mapping[str, Any], prefix: str = "") -> list[str]:
    lines = []
    for name, member in part.get("properties", {}).items():
        needed = "yes" if name in part.get("required", ()) else ""
        lines.append(f"| `{prefix}{name}` | {_type(member, whole)} | {needed} | {_cell(member)} |")
        inner = _resolved(member.get("items", member), whole)
        lines += _members(inner, whole, f"{prefix}{name}{'[]' if 'items' in member else ''}.")
    return lines


def _resolved(member: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = member.get("$ref")
    found: Mapping[str, Any] = whole["$defs"][reference.rpartition("/")[2]] if reference else member
    return found


def _type(member: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    known = _resolved(member, whole)
    if "anyOf" in known:
        return " or ".join(_type(each, whole) for each in known["anyOf"])
    if "enum" in known or "const" in known:
        return ", ".join(f"`{value}`" for value in known.get("enum", [known.get("const")]))
    if known.get("type") == "array":
        return f"array of {_type(known.get('items', {}), whole)}"
    return " ".join(filter(None, (known.get("type", "any"), known.get("format"))))


def _cell(member: Mapping[str, Any]) -> str:
    said = member.get("description") or (f"`{member['const']}`" if "const" in member else "")
    return " ".join(said.split()).replace("|", "\\|")
