"""What hub and engine look like to the one who starts them."""
