"""A JSON document posted to a service that a person names, within a deadline, and its answer."""

import json
from typing import Any

import httpx

from connectors.http.addresses import is_loopback
from connectors.http.base_url import read_base
from connectors.http.deadline import Deadline
from connectors.http.session import USER_AGENT

MOST_BYTES = 4 * 1024 * 1024


class Unreachable(Exception):
    """No whole answer came; the text says why."""


def post(base: str, path: str, document: Any, kind: str, login: str = "", seconds: float = 10.0) -> tuple[int, Any]:
    """The status and the document of the answer, None if it is no JSON. `login` is user:password.

    Redirects are not followed. Raises Unreachable, and UsageError if the address may not be dialled.
    """
    url = read_base(base)
    user, _, password = login.partition(":")
    headers = {"User-Agent": USER_AGENT, "Content-Type": kind, "Accept": f"{kind}, application/json"}
    headers |= {"Accept-Encoding": "identity", "Connection": "close"}
    try:
        with (
            Deadline(seconds).cutting() as trace,
            httpx.Client(timeout=seconds, trust_env=not is_loopback(url.host), follow_redirects=False) as client,
            client.stream(
                "POST",
                f"{url}/{path}",
                content=json.dumps(document).encode(),
                headers=headers,
                auth=(user, password) if login else None,
                extensions={"trace": trace},
            ) as answer,
        ):
            return answer.status_code, _document(answer)
    except httpx.TimeoutException as error:
        raise Unreachable(f"no answer within {seconds:g} s") from error
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error


def _document(answer: httpx.Response) -> Any:
    body = b""
    for piece in answer.iter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise Unreachable("its answer is too large")
    try:
        return json.loads(body)
    except ValueError:
        return None
