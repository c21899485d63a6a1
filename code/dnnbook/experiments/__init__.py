"""Measures the networks of this book and of others under one protocol, and keeps the results."""
