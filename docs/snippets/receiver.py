"""Receives proofsheet's webhooks. Needs: pip install standardwebhooks"""
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

BODY_BYTES_MAX = 64 * 1024
webhook = Webhook(os.environ["WEBHOOK_SECRET"])
seen = set()  # in production: a table with a unique column


class Receiver(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)  # the bytes as they came: never parse first
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            # checks the signature and that the attempt is at most five minutes old
            webhook.verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            return self.answer(400)
        if headers["webhook-id"] not in seen:  # the same event may come twice
            seen.add(headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], headers["webhook-id"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9009"))), Receiver).serve_forever()
