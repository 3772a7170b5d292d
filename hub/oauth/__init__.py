"""Signing in through somebody else: OAuth 2 and OpenID Connect, authorization code with PKCE."""
