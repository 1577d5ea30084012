"""Answers to rules that ask: services, functions that the operator allows, and trained models."""
