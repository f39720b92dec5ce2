"""A webhook receiver: verifies each delivery with the Standard Webhooks library and prints what it says.

WEBHOOK_SECRET is the endpoint's secret (whsec_...), shown once when the endpoint was registered.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = os.environ.get("WEBHOOK_SECRET", "")
BODY_BYTES_MAX = 64 * 1024


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)
        if not SECRET:
            print("a delivery came, but WEBHOOK_SECRET is not set: put the endpoint's secret into .env")
            return self.answer(503)
        try:
            Webhook(SECRET).verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError as error:
            print(f"refused: {error}")
            return self.answer(401)
        event = json.loads(body)
        print(f"verified {self.headers['webhook-id']}: {event['type']}")
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """No addresses in the log."""


ThreadingHTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()
