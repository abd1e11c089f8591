"""What can go wrong while archives are fetched or taken over."""

from __future__ import annotations

from penline.errors import PenlineError, UsageError

__all__ = ["AcquireError", "TermsNotAccepted", "Unfit"]


class AcquireError(PenlineError, OSError):
    """Archives that could not be had; the message says what to download where, and what then."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class TermsNotAccepted(UsageError):
    """The terms of a data set have not been accepted yet.

    Attributes:
        terms: the terms, as text for the user.
        command: what was asked for, as a command.
    """

    def __init__(self, id: str, terms: str, command: str) -> None:
        super().__init__(id, terms, command)
        self.id = id
        self.terms = terms
        self.command = command

    def __str__(self) -> str:
        return (
            f"{self.terms}\n"
            f"To accept these terms for {self.id}, once (in Python: accept_terms=True): "
            f"{self.command} --accept-terms"
        )


class Unfit(PenlineError, ValueError):
    """A file that is not the one the card tells of."""
