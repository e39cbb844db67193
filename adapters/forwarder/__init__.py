"""The code of a Lambda version that forwards what it is asked to Azure; it runs in AWS, not in the agent.

Lives here: what `adapters/routers/forwarder_package.py` packs; the standard library only, and boto3, which Lambda's runtime
brings, for a key out of Secrets Manager. Never here: the agent's own code; nothing outside of this folder may be imported.
"""
