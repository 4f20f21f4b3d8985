"""Seeing what the workers do, without seeing what fans write."""
