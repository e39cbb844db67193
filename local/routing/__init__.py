"""What the edge is made of: weighted DNS records, their caching, and forwarding to one origin."""
