"""What becomes of papers after they were sent: what is waited for, when to ask again, and the answers."""
