"""The embedded environment: emulators, stand-ins and sample traffic on loopback. The product never imports it."""
