"""The ledger: the record of every run in Table Storage. Nobody else touches its tables."""
