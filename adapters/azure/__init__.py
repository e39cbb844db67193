"""Azure services, one a file."""
