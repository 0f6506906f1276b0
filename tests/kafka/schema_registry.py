"""A schema registry on loopback: subjects, versions and BACKWARD compatibility as Confluent's REST API has them."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

KIND = "application/vnd.schemaregistry.v1+json"
Answer = tuple[int, Any]


@dataclass
class Registry:
    """Schemas by id, and the ids of each subject's versions. With a `login`, only it is let in."""

    login: str = ""
    schemas: list[str] = field(default_factory=list)
    subjects: dict[str, list[int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    guid: str = ""  # of every schema, as newer registries have one
    instead: Answer | None = None  # what it answers, whatever is asked

    def answer(self, path: str, kind: str, login: str, document: dict[str, Any]) -> Answer:
        self.asked.append(path)
        if self.instead:
            return self.instead
        status, said = self._answer(path, kind, login, document)
        return status, said | {"guid": self.guid} if status == 200 and self.guid else said

    def _answer(self, path: str, kind: str, login: str, document: dict[str, Any]) -> Answer:
        if self.login and login != f"Basic {base64.b64encode(self.login.encode()).decode()}":
            return 401, {"error_code": 401, "message": "Unauthorized"}
        if kind not in (KIND, "application/json"):
            return 415, {"error_code": 415, "message": "HTTP 415 Unsupported Media Type"}
        _, place, subject, *rest = path.split("/")
        if place != "subjects" or rest not in ([], ["versions"]):
            return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}
        if document.get("schemaType") != "JSON":
            return 422, {"error_code": 42201, "message": "Invalid schema"}
        return (self._register if rest else self._look)(unquote(subject), document["schema"])

    def _look(self, subject: str, schema: str) -> Answer:
        if subject not in self.subjects:
            return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
        for version, id in enumerate(self.subjects[subject], 1):
            if self.schemas[id - 1] == schema:
                known = {"subject": subject, "version": version, "id": id, "schemaType": "JSON", "schema": schema}
                return 200, known
        return 404, {"error_code": 40403, "message": "Schema not found"}

    def _register(self, subject: str, schema: str) -> Answer:
        """The same schema has one id under every subject."""
        versions = self.subjects.setdefault(subject, [])
        if versions and not _reads(json.loads(schema), json.loads(self.schemas[versions[-1] - 1])):
            said = f'Schema being registered is incompatible with an earlier schema for subject "{subject}"'
            return 409, {"error_code": 409, "message": said}
        if schema not in self.schemas:
            self.schemas.append(schema)
        id = self.schemas.index(schema) + 1
        if id not in versions:
            versions.append(id)
        return 200, {"id": id}


def _reads(new: dict[str, Any], old: dict[str, Any]) -> bool:
    """True if a reader with the new schema reads what the old one allows."""
    kept = all(new["properties"].get(name, {}).get("type") == one["type"] for name, one in old["properties"].items())
    return kept and set(new.get("required", [])) <= set(old.get("required", []))


@contextmanager
def serving(registry: Registry) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind, login = self.headers["Content-Type"], self.headers.get("Authorization", "")
            status, document = registry.answer(self.path, kind, login, json.loads(body))
            answer = document.encode() if isinstance(document, str) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", KIND)
            self.send_header("Content-Length", str(len(answer)))
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
