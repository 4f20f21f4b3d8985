"""Calling language models: one port, its adapters, and the policies that wrap them."""
