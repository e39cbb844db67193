"""Who may decide at which gate, and how a decision gets into the ledger."""
