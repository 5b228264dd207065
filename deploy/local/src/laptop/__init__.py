"""The laptop stack: embedded Postgres and Kafka, supervisor, front door, demo shop."""
