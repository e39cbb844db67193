"""What sends clients to one side or the other, one provider a file."""
