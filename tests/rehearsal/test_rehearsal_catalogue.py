"""The catalogue is whole, speaks of steps and calls that exist, and says what is wrong with an entry."""

import inspect

import pytest

from activities.registry import STEPS
from adapters import clocks, deploying, ladder, observing, ports, replication
from adapters.world import World
from rehearsal.catalogue import ACTS, FILE, CatalogueError, catalogue, read
from rehearsal.injection import CHANGES

MODES = catalogue().modes
PROTOCOLS = [
    kind
    for module in (ports, replication, ladder, observing, deploying, clocks)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if getattr(kind, "_is_protocol", False)
]
METHODS = {name for kind in PROTOCOLS for name in vars(kind) if not name.startswith("_")}


def test_every_known_way_to_fail_has_its_entry() -> None:
    assert {mode.number for mode in MODES} - {None} == set(range(1, 47))


@pytest.mark.parametrize("name", [mode.id for mode in MODES])
def test_an_entry_speaks_of_steps_and_calls_that_exist(name: str) -> None:
    found = catalogue().mode(name)
    assert set(found.steps) - {"*"} <= {*STEPS, *ACTS}
    names = [call.split(".") for one in found.inject for call in one.calls if "." in call]
    assert all(port in World.__dataclass_fields__ or "*" in port for port, _ in names)
    assert all(method in METHODS or "*" in method for _, method in names)


def test_what_counts_as_a_change_is_a_method_of_a_port() -> None:
    assert CHANGES <= METHODS
    assert {*catalogue().only_look, *catalogue().ask_nothing} <= set(STEPS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("modes: [", "is no YAML"),
        ("modes: []", "modes: List should have at least 1 item"),
        ("modes: [{id: a, symptom: b, detection: c}]", "a: the entry: give either 'inject' or 'not_here'"),
        ("modes: [{id: a, symptom: b, detection: c, inject: [{calls: [x], kind: burn}]}]", "a: inject.0.kind"),
        ("modes: [{id: a, symptom: b, detection: c, inject: [{calls: [x], kind: refuse}]}]", "names the ends that are right"),
        ("modes: [{id: a, symptom: b, detection: c, when: noon}]", "a: when: Extra inputs are not permitted"),
    ],
)
def test_a_bad_entry_is_named_with_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(CatalogueError, match=r"catalogue\.yaml") as told:
        read(text, "catalogue.yaml")
    assert complaint in str(told.value)


def test_an_id_stands_once() -> None:
    text = FILE.read_text() + "  - {id: throttled, symptom: s, detection: d, not_here: {because: b, found_by: f}}\n"
    with pytest.raises(CatalogueError, match="the id throttled stands twice"):
        read(text, "catalogue.yaml")


def test_a_mode_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(CatalogueError, match="there is no mode 'fire'; there are: error-before, error-after"):
        catalogue().mode("fire")
