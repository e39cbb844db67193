"""Activities: what a step is, how it is driven and what steps share. The steps themselves are in `steps/`; no SDK is here."""
