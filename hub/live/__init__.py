"""What happens now, to everybody who is connected, over all hubs."""
