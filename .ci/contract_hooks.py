"""What schemathesis must know to get past the door, and what it must leave alone."""
import itertools
import os
import re

import schemathesis

# The key it works with: without it everything would be 401, and nothing be tested.
KEY_ID = os.environ["CONTRACT_KEY_ID"]
# A host that resolves, and that may be called in this run.
RECEIVER = os.environ["CONTRACT_URL"] + "/healthz"
VALID_KEY = re.compile(r'[!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}"')
NEXT = itertools.count()


@schemathesis.hook
def filter_case(context, case):
    return (case.path_parameters or {}).get("id") != KEY_ID


@schemathesis.hook
def before_call(context, case, kwargs):
    """A valid key is for one request: the generator's favourites would be refused as another request's, rightly. A wrong key stays wrong.
    And hosts made of random letters do not resolve."""
    # An edit makes schemathesis judge the case anew, and forget that a header was left out on purpose.
    scenario = getattr(getattr(getattr(case.meta, "phase", None), "data", None), "scenario", None)
    if scenario is not None and scenario.value == "missing_parameter":
        return
    for name, value in list((case.headers or {}).items()):
        if name.lower() == "idempotency-key" and isinstance(value, str) and VALID_KEY.fullmatch(value):
            case.headers[name] = f"case-{next(NEXT)}"
    if case.operation.path.startswith("/v1/webhook-endpoints") and isinstance(case.body, dict):
        if isinstance(case.body.get("url"), str) and case.body["url"].startswith("http"):
            case.body["url"] = RECEIVER
