"""The topics, by their only names."""

REGISTRY_FACTS = "registry-facts.v1"
AWARD_DECISIONS = "award-decisions.v1"
PAYMENT_ORDERS = "payment-orders.v1"
AWARD_DECISIONS_DEAD = "award-decisions.v1.dlq"
EVALUATION_SHARDS = "evaluation-shards.v1"

ALL = (REGISTRY_FACTS, AWARD_DECISIONS, PAYMENT_ORDERS, AWARD_DECISIONS_DEAD, EVALUATION_SHARDS)
DEAD_LETTERS = {AWARD_DECISIONS: AWARD_DECISIONS_DEAD}
"""Topics whose messages are told again on a topic of their own when they could not be processed."""

PARTITIONS = 6
