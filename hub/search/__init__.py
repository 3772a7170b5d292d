"""Finding messages: an index of the tables in a file of this hub's own."""
