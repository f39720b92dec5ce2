"""Judges captured deliveries by PyPI standardwebhooks, its clock standing where the receiver's stood.

Reads JSON lines on standard input: id, timestamp, signature, body, at (unix seconds), good and bad (secrets that must and must not
fit), expected (of a published vector, the one signature). Prints one JSON line: verified, rejected (good secrets refused), believed
(bad secrets accepted), vectors (byte-equal).
"""
import datetime
import json
import sys
import types

import standardwebhooks.webhooks as library

real = datetime.datetime
now = 0


class Frozen(real):
    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(now, tz)


library.datetime = Frozen if isinstance(library.datetime, type) else types.SimpleNamespace(
    **{**vars(library.datetime), "datetime": Frozen}
)


def verifies(secret, one):
    headers = {"webhook-id": one["id"], "webhook-timestamp": one["timestamp"], "webhook-signature": one["signature"]}
    try:
        library.Webhook(secret).verify(one["body"], headers)
        return True
    except library.WebhookVerificationError:
        return False


verified = rejected = believed = vectors = 0
for line in sys.stdin:
    one = json.loads(line)
    now = one["at"]
    for secret in one["good"]:
        if verifies(secret, one):
            verified += 1
        else:
            rejected += 1
    believed += sum(verifies(secret, one) for secret in one["bad"])
    if one.get("expected"):
        when = real.fromtimestamp(int(one["timestamp"]), datetime.timezone.utc)
        vectors += library.Webhook(one["good"][0]).sign(one["id"], when, one["body"]) == one["expected"]
# the clock was really frozen: an hour later nothing is believed
now += 3600
assert not verifies(one["good"][0], one), "the clock does not stand where it was put"
print(json.dumps({"verified": verified, "rejected": rejected, "believed": believed, "vectors": vectors}))
