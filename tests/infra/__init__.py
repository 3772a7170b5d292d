"""Tests of what starts the project."""
