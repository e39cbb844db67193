"""Weighted Route 53 records."""

import boto3


class Route53Router:
    """Router of two weighted Route 53 records."""

    def __init__(self, session: boto3.Session, zone: str, record: str, type: str, source_id: str, target_id: str) -> None:
        self._session = session
