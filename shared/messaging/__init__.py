"""Events between services: outbox → relay → Kafka → consumer → inbox. CloudEvents 1.0 in binary mode."""
