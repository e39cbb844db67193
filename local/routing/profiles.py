"""Azure Traffic Manager profiles as records to choose from. Never here: health; every enabled endpoint counts as healthy."""

from azure.core.exceptions import AzureError
from azure.mgmt.trafficmanager import TrafficManagerManagementClient

from local.routing.records import NoRecords, Record


def read_profile(client: TrafficManagerManagementClient, resource_group: str, name: str) -> tuple[Record, ...]:
    """The enabled endpoints of a profile: identifier is their name, value their target.

    Raises:
        NoRecords: nothing to route by, or the profile could not be read.
    """
    try:
        found = client.profiles.get(resource_group, name).as_dict()["properties"]
    except AzureError as error:
        raise NoRecords(f"profile {name} could not be read ({type(error).__name__})") from error
    ttl = int(found["dnsConfig"]["ttl"])
    on = [one for one in found["endpoints"] if one["properties"]["endpointStatus"] == "Enabled"]
    if not on or found["profileStatus"] != "Enabled":
        raise NoRecords(f"profile {name} has no enabled endpoint")
    return tuple(Record(one["name"], one["properties"]["target"], int(one["properties"]["weight"]), ttl) for one in on)
