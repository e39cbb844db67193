"""AWS services, one a file."""
