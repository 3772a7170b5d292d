"""Tests of writing with causal language models."""
