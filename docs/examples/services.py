"""A help desk and a gateway to models, to try the example plugins on.

    python3 services.py [PORT]

Listens on this machine only and prints its address. Needs Python 3.8 and nothing else. The help desk is below
/desk, the gateway below /models; a word in a ticket decides what the "model" says.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

QUEUES = {
    "printers": [
        {"id": 1, "subject": "Smoke", "body": "The printer on the second floor smokes, urgent!", "status": "open"},
        {"id": 2, "subject": "Paper", "body": "Tray 2 is empty.", "status": "open"},
        {"id": 3, "subject": "Toner", "body": "Pages are pale since Monday.", "status": "closed"},
        {"id": 4, "subject": "Noise <beep>", "body": "It beeps & beeps.\nUrgent: it does so at night.", "status": "open"},
        {"id": 5, "subject": "Driver", "body": "Which one is for the new laptops?", "status": "open"},
    ],
    "second floor": [{"id": 9, "subject": "Door", "body": "It does not close.", "status": "open"}],
}


class Services(BaseHTTPRequestHandler):
    """Both services."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        address = urlsplit(self.path)
        parts = [unquote(part) for part in address.path.strip("/").split("/")]
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if parts == ["desk", "queues"]:
            self.answer(200, {"queues": [{"name": name, "title": f"{len(q)} tickets"} for name, q in QUEUES.items()]})
        elif len(parts) == 4 and parts[:2] == ["desk", "queues"] and parts[2] in QUEUES and parts[3] == "tickets":
            tickets = QUEUES[parts[2]]
            start = int(query.get("cursor", "after-0")[len("after-"):])
            end = start + int(query.get("per_page", "2"))
            following = f"after-{end}" if end < len(tickets) else None
            self.answer(200, {"tickets": tickets[start:end], "next": following, "total": len(tickets)})
        elif parts == ["models", "profiles"]:
            self.answer(200, ["labels-2"])
        else:
            self.answer(404, {"error": "there is no such page"})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path != "/models/generate":
            self.answer(404, {"error": "there is no such page"})
        elif not self.headers.get("x-api-key"):
            self.answer(200, {"status": "error", "code": "key", "reason": "there is no key"})
        else:
            # The rows are the last line of the prompt.
            rows = json.loads(asked["prompt"].splitlines()[-1])
            output = json.dumps([self.label(item) for item in rows])
            tokens = {"prompt_tokens": len(asked["prompt"]) // 4, "output_tokens": len(output) // 4}
            self.answer(200, {"status": "ok", "output": output, "served_by": "labels-2", **tokens})

    @staticmethod
    def label(item):
        """What the "model" makes of one row: the id and the tag are copied, the rest is the answer."""
        urgent = "urgent" in json.dumps(item["row"]).lower()
        copied = {name: item[name] for name in ("id", "tag") if name in item}
        return {**copied, "urgency": "high" if urgent else "low"}

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        """Says nothing of each request."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Services)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
