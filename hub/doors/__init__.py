"""The edge of HTTP: who asks, from where, in which form, and what is refused."""
