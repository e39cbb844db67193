"""Stand-ins for the Azure doors that no emulator serves: Resource Manager, managed identity, Kudu, Key Vault secrets.

Here are the published shapes with real effect on local processes. Never here: knowledge of the product that calls them.
"""
