"""What is said between processes: wire models, names, queues with leases. Imports neither hub nor engine nor torch."""
