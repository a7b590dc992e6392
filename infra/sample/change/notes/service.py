"""The notes over HTTP, for one machine."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from notes import export, store


class Notes(BaseHTTPRequestHandler):
    folder = "exports"
    connection = None

    def do_GET(self):
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.answer(*respond(self.connection, self.folder, address.path, query))

    def answer(self, status, kind, body):
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def respond(connection, folder, path, query):
    """Answers (status, content type, body)."""
    if path == "/export":
        return 200, "text/plain", "\n".join(export.read_export(folder, query["name"]))
    user = store.find_user(connection, query.get("user", ""))
    if user is None:
        return 404, "text/html", "<p>There is no user " + query.get("user", "") + ".</p>"
    if path == "/search":
        return 200, "application/json", json.dumps(store.search(connection, user, query["term"]))
    return 200, "application/json", json.dumps(store.notes_of(connection, user))
