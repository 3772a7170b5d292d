"""The wire and the queues, against golden files and a real Azurite."""
