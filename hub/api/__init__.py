"""The HTTP API: addresses over the same calls as the sockets', and the documents that tell of them."""
