"""HTTP doors. They read the ledger, write what people asked for, and start orchestrations. No decisions."""
