"""Who may do what on Kafka."""
