"""Resource ids: taken apart and put together. Never here: whether anything of that id exists.

Source: "Resource Manager template functions: resourceId", remarks on the format of ids.
"""

from dataclasses import dataclass
from typing import Self

from local.azure.errors import ArmError


@dataclass(frozen=True)
class ResourceId:
    """`/subscriptions/S/resourceGroups/G/providers/Namespace/type/name[/type/name...]`; may extend another resource."""

    subscription: str
    group: str
    scope: str
    """What comes before the last `/providers/`: the group, or the resource that is extended."""
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take an id apart.

        Raises:
            ArmError: 400 LinkedInvalidPropertyId, the text is not the id of a resource in a group.
        """
        scope, _, own = text.rstrip("/").rpartition("/providers/")
        parts = own.split("/")
        head = scope.split("/")
        if len(head) < 5 or head[3].lower() != "resourcegroups" or len(parts) < 3 or len(parts) % 2 == 0:
            raise ArmError(
                400, "LinkedInvalidPropertyId", f"Property id '{text}' is invalid. A fully qualified resource ID is expected."
            )
        return cls(head[2], head[4], scope, parts[0], tuple(parts[1::2]), tuple(parts[2::2]))

    @property
    def type(self) -> str:
        """The full type, such as `Microsoft.Web/sites/config`."""
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1]

    @property
    def full_name(self) -> str:
        """All names, such as `app/appsettings`."""
        return "/".join(self.names)

    @property
    def parent(self) -> "ResourceId | None":
        """The resource that this one is a child of."""
        if len(self.names) == 1:
            return None
        return ResourceId(self.subscription, self.group, self.scope, self.namespace, self.types[:-1], self.names[:-1])

    @property
    def key(self) -> str:
        """The text in lower case: ids are compared so."""
        return str(self).lower()

    def __str__(self) -> str:
        pairs = "/".join(f"{kind}/{name}" for kind, name in zip(self.types, self.names, strict=True))
        return f"{self.scope}/providers/{self.namespace}/{pairs}"


def group_id(subscription: str, group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"
