"""Papers for many cases at once: the pure function on an executor, an outbox by authority, a ledger."""
