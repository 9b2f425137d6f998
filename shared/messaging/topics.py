"""The names that this system uses on Kafka: topics, and the sources of events."""

REGISTRY_FACTS = "registry-facts.v1"
AWARD_DECISIONS = "award-decisions.v1"
AWARD_PROGRESS = "award-progress.v1"
PAYMENT_ORDERS = "payment-orders.v1"
AWARD_DECISIONS_DEAD = "award-decisions.v1.dlq"
EVALUATION_SHARDS = "evaluation-shards.v1"

PUBLISHERS = {
    REGISTRY_FACTS: "registry",
    AWARD_DECISIONS: "eligibility",
    AWARD_PROGRESS: "eligibility",
    EVALUATION_SHARDS: "eligibility",
    PAYMENT_ORDERS: "payout",
    AWARD_DECISIONS_DEAD: "payout",
}
"""The one service that publishes on each topic: it alone may write there, and its signature alone is accepted."""

ALL = tuple(PUBLISHERS)
DEAD_LETTERS = {AWARD_DECISIONS: AWARD_DECISIONS_DEAD}
"""Topics with a topic for dead letters: messages that could not be processed are published there."""

PARTITIONS = 6

REGISTRY_SOURCE = "/registry"
ELIGIBILITY_SOURCE = "/services/eligibility"
PAYOUT_SOURCE = "/payout"
"""`ce_source` of each service's events. Consumers identify an event by its source and id, and a restored database recognises its
own events by their source: these values never change. `/services/eligibility` is older than the short form of the others."""
