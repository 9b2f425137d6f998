#!/bin/sh
# Written by `make manifests` from services/kafka_rights.py; not edited by hand.
# Grants each user its rights; run again it changes nothing. The arguments say how to reach Kafka as its administrator:
#   acls.sh --bootstrap-server kafka-0:9093 --command-config admin.properties
set -eu
kafka-acls.sh "$@" --add --allow-principal User:registry-relay --operation Create --operation Describe --operation DescribeConfigs --operation Write --operation Read --topic registry-facts.v1
kafka-acls.sh "$@" --add --allow-principal User:eligibility-relay --operation Create --operation Describe --operation DescribeConfigs --operation Write --operation Read --topic award-decisions.v1
kafka-acls.sh "$@" --add --allow-principal User:eligibility-relay --operation Create --operation Describe --operation DescribeConfigs --operation Write --operation Read --topic award-progress.v1
kafka-acls.sh "$@" --add --allow-principal User:eligibility-relay --operation Create --operation Describe --operation DescribeConfigs --operation Write --operation Read --topic evaluation-shards.v1
kafka-acls.sh "$@" --add --allow-principal User:payout-relay --operation Create --operation Describe --operation DescribeConfigs --operation Write --operation Read --topic payment-orders.v1
kafka-acls.sh "$@" --add --allow-principal User:payout-relay --operation Create --operation Describe --operation DescribeConfigs --operation Write --operation Read --topic award-decisions.v1.dlq
kafka-acls.sh "$@" --add --allow-principal User:eligibility-worker --operation Describe --operation Read --topic registry-facts.v1
kafka-acls.sh "$@" --add --allow-principal User:eligibility-worker --operation Describe --operation Read --group eligibility
kafka-acls.sh "$@" --add --allow-principal User:eligibility-worker --operation Describe --operation Read --topic evaluation-shards.v1
kafka-acls.sh "$@" --add --allow-principal User:eligibility-worker --operation Describe --operation Read --group eligibility-shards
kafka-acls.sh "$@" --add --allow-principal User:payout-worker --operation Describe --operation Read --topic award-decisions.v1
kafka-acls.sh "$@" --add --allow-principal User:payout-worker --operation Describe --operation Read --group payout
