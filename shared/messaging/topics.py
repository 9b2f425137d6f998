"""The names that this system uses on Kafka: topics, and the sources of events."""

REGISTRY_FACTS = "registry-facts.v1"
AWARD_DECISIONS = "award-decisions.v1"
PAYMENT_ORDERS = "payment-orders.v1"
AWARD_DECISIONS_DEAD = "award-decisions.v1.dlq"
EVALUATION_SHARDS = "evaluation-shards.v1"

ALL = (REGISTRY_FACTS, AWARD_DECISIONS, PAYMENT_ORDERS, AWARD_DECISIONS_DEAD, EVALUATION_SHARDS)
DEAD_LETTERS = {AWARD_DECISIONS: AWARD_DECISIONS_DEAD}
"""Topics with a topic for dead letters: messages that could not be processed are published there."""

PARTITIONS = 6

REGISTRY_SOURCE = "/registry"
ELIGIBILITY_SOURCE = "/services/eligibility"
PAYOUT_SOURCE = "/payout"
"""`ce_source` of each service's events. Consumers identify an event by its source and id, and a restored database recognises its
own events by their source: these values never change. `/services/eligibility` is older than the short form of the others."""
