"""The fixtures of the domain's tests; what they are made of is in domain_kit."""

from domain_kit import readers, small, vocabulary

__all__ = ["readers", "small", "vocabulary"]
