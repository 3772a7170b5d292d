"""What whoever runs the playhouse can see and do, from a terminal, beside hubs that run or without any."""
