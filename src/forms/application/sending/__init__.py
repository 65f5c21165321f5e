"""Sending what lies in an outbox: messages queued in the ledger, handed to a mail server, accounted for."""
