"""The agent's function app, for apps that change one thing about it and then serve it.

Lives here: loading `function_app.py` of the repository although the caller has the same name.
"""

import importlib.util

import azure.durable_functions as df

from local.processes import ROOT


def load_agent() -> df.DFApp:
    """The app, with all its functions registered."""
    spec = importlib.util.spec_from_file_location("agent", ROOT / "function_app.py")
    if spec is None or spec.loader is None:
        raise ImportError("function_app.py is not where the repository has it")
    agent = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(agent)
    app: df.DFApp = agent.app
    return app
