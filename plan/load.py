"""From a text or from JSON to a plan that has passed every check, or to all the problems at once.

Lives here: the order of the checks. Never here: a check. The rules between fields are asked once every single field is right.
"""

from collections.abc import Mapping

from pydantic import ValidationError

from plan.complaints import complaints
from plan.document import Document, read_document
from plan.model import Plan
from plan.problems import Finding, PlanError
from plan.rules import broken_rules
from plan.secrecy import find_secrets
from plan.variables import substitute


def load_plan(text: str, origin: str, variables: Mapping[str, str]) -> Plan:
    """A plan file (YAML or JSON) as a plan.

    Args:
        text: the file's content.
        origin: the file's name, as messages show it.
        variables: values for `${NAME}`, usually the environment.

    Raises:
        PlanError: every problem found, with line and column.
    """
    document = read_document(text, origin)
    document.data, unset = substitute(document.data, variables)
    document.findings += unset
    return _checked(document)


def plan_from_json(data: object, origin: str) -> Plan:
    """Data that was parsed already, such as a request's body; `${NAME}` is not replaced here.

    Raises:
        PlanError: every problem found, with the path of the field.
    """
    return _checked(Document(origin, data))


def _checked(document: Document) -> Plan:
    found = document.findings
    if isinstance(document.data, dict):
        found += find_secrets(document.data)
        try:
            plan = Plan.model_validate(document.data)
        except ValidationError as error:
            _add_new(found, complaints(error))
        else:
            _add_new(found, list(broken_rules(plan)))
            if not found:
                return plan
    elif not found:
        found.append(
            Finding((), "the plan is not a mapping of fields", "Send an object that begins with version, workload, strategy")
        )
    raise PlanError([document.problem(finding) for finding in found])


def _add_new(found: list[Finding], more: list[Finding]) -> None:
    """One complaint a place is enough: an unset variable is also a wrong value."""
    known = {finding.path for finding in found}
    found += [finding for finding in more if finding.path not in known]
