"""The function app: registers blueprints, nothing else."""

import azure.durable_functions as df
import azure.functions as func

from activities.blueprint import bp as activities
from api.control import bp as control
from api.dashboard import bp as dashboard
from api.decisions import bp as decisions
from api.documents import bp as documents
from api.events import bp as events
from api.exceptions import bp as exceptions
from api.migrations import bp as migrations
from api.notices import bp as notices
from api.openapi import bp as openapi
from api.rehearsals import bp as rehearsals
from api.sign_offs import bp as sign_offs
from api.signed_in import people_sign_in, twins
from api.teams import bp as teams
from api.watchdog import bp as watchdog
from orchestrators.blueprint import bp as orchestrators

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for blueprint in (
    orchestrators,
    activities,
    migrations,
    rehearsals,
    control,
    decisions,
    sign_offs,
    events,
    teams,
    exceptions,
    documents,
    notices,
    dashboard,
    openapi,
    watchdog,
):
    app.register_functions(blueprint)
if people_sign_in():
    app.register_functions(twins((migrations, control, documents, sign_offs)))
