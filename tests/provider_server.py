"""A local server that speaks the protocols of Anthropic and OpenAI, with scripted faults and counts."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import log
from socket import SHUT_RDWR
from typing import Any
from zlib import crc32

from tests.provider_batches import Batches

Reply = Callable[[list[dict[str, Any]]], str]
Odds = Callable[[list[dict[str, Any]]], dict[str, float]]


def echo_reply(messages: list[dict[str, Any]]) -> str:
    """A plain reply that differs with every conversation, so that revisions differ from answers."""
    return f"A considered reply, number {crc32(json.dumps(messages).encode())}, to {len(messages)} messages."


@dataclass
class Fault:
    """What goes wrong on one call: a status, a dropped connection, or a strange but valid answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    text: str | None = None
    refuses: bool = False
    is_cut: bool = False


@dataclass
class ProviderServer:
    """A scripted provider: `faults` maps the number of a call (from 1) to what goes wrong with it.

    `odds` gives the probabilities of the one token of an answer, for calls that ask for log-probabilities.
    With `counts_tokens` an answer uses as many tokens as it may, and the input one for every three letters.
    Calls beyond `gate` are held, and dropped when it opens: a client killed meanwhile had no answer to them.
    """

    reply: Reply = echo_reply
    odds: Odds | None = None
    faults: dict[int, Fault] = field(default_factory=dict)
    always: Fault | None = None
    latency: float = 0.0
    gate: int | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    batches: Batches = field(default_factory=Batches)
    counts_tokens: bool = False
    n_tokens: int = 0
    n_calls: int = 0
    n_answered: int = 0
    n_open: int = 0
    most_open: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    opened: threading.Event = field(default_factory=threading.Event)

    @property
    def anthropic_url(self) -> str:
        return self.url

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def hold_after(self, n_more: int) -> None:
        """Answer this many calls more, and hold those after them."""
        self.opened.clear()
        self.gate = self.n_calls + n_more

    def open_gate(self) -> None:
        """Drop the calls that are held, and answer all later ones."""
        self.gate = None
        self.opened.set()

    def begin(self, body: dict[str, Any]) -> int:
        with self.lock:
            self.n_calls += 1
            self.n_open += 1
            self.most_open = max(self.most_open, self.n_open)
            self.bodies.append(body)
            return self.n_calls

    def count(self, body: dict[str, Any], usage: dict[str, int]) -> None:
        """Let a call use many tokens, and add them up."""
        read = sum(len(message["content"]) for message in body["messages"]) // 3
        names = (
            ("input_tokens", "output_tokens")
            if "input_tokens" in usage
            else ("prompt_tokens", "completion_tokens")
        )
        usage.update(zip(names, (read, body["max_tokens"]), strict=True))
        if "total_tokens" in usage:
            usage["total_tokens"] = read + body["max_tokens"]
        with self.lock:
            self.n_tokens += read + body["max_tokens"]

    def end(self, *, answered: bool) -> None:
        with self.lock:
            self.n_open -= 1
            self.n_answered += answered


class ProviderHandler(BaseHTTPRequestHandler):
    """Answers `/v1/messages`, `/v1/chat/completions` and `/v1/messages/batches`."""

    protocol_version = "HTTP/1.1"
    provider: ProviderServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"] or 0)) or "{}")
        if "/batches" in self.path:
            self.answer_about_batches(body)
            return
        number = self.provider.begin(body)
        answered = False
        try:
            answered = self.answer(number, body)
        finally:
            self.provider.end(answered=answered)

    def do_GET(self) -> None:
        """Tell of batches: all, one, or one's results."""
        batches, parts = self.provider.batches, self.path.partition("?")[0].strip("/").split("/")
        if parts[-1] == "results":
            self.send_payload(
                200, batches.results(parts[-2]).encode(), {"content-type": "application/x-jsonl"}
            )
        elif parts[-1] == "batches":
            self.send(200, batches.listed(), {})
        else:
            self.send(200, batches.retrieve(parts[-1]), {})

    def answer_about_batches(self, body: dict[str, Any]) -> None:
        """Accept a batch or cancel one."""
        batches, parts = self.provider.batches, self.path.partition("?")[0].strip("/").split("/")
        if parts[-1] == "cancel":
            self.send(200, batches.cancel(parts[-2]), {})
            return
        with self.provider.lock:
            made = batches.create(body, self.answer_in_batch)
        if batches.keeps_silent:
            self.provider.opened.wait()
        self.send(200, made, {})

    def answer_in_batch(self, params: dict[str, Any]) -> dict[str, Any]:
        text = self.provider.reply(params["messages"])
        return anthropic_body(params, self.provider.batches.n_requests, text, Fault())

    def answer(self, number: int, body: dict[str, Any]) -> bool:
        time.sleep(self.provider.latency)
        fault = self.provider.always or self.provider.faults.get(number) or Fault()
        if self.provider.gate is not None and number > self.provider.gate:
            self.provider.opened.wait()
            fault = Fault(drops=True)
        if fault.drops:
            self.close_connection = True
            self.connection.shutdown(SHUT_RDWR)
            return False
        if fault.status:
            self.send(fault.status, error_body(fault.status), fault.headers)
            return False
        text = self.provider.reply(body["messages"]) if fault.text is None else fault.text
        shape = anthropic_body if self.path.endswith("/messages") else openai_body
        answer = shape(body, number, text, fault)
        if self.provider.odds and body.get("logprobs"):
            add_log_probabilities(answer["choices"][0], self.provider.odds(body["messages"]))
        if self.provider.counts_tokens:
            self.provider.count(body, answer["usage"])
        self.send(200, answer, {})
        return True

    def send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        self.send_payload(status, json.dumps(body).encode(), {"content-type": "application/json", **headers})

    def send_payload(self, status: int, payload: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests read the counts."""


def error_body(status: int) -> dict[str, Any]:
    kind = "rate_limit_error" if status == 429 else "api_error"
    return {"type": "error", "error": {"type": kind, "message": f"scripted status {status}"}}


def anthropic_body(body: dict[str, Any], number: int, text: str, fault: Fault) -> dict[str, Any]:
    stop = "refusal" if fault.refuses else "max_tokens" if fault.is_cut else "end_turn"
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 7},
    }


def openai_body(body: dict[str, Any], number: int, text: str, fault: Fault) -> dict[str, Any]:
    stop = "content_filter" if fault.refuses else "length" if fault.is_cut else "stop"
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": stop},
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def add_log_probabilities(choice: dict[str, Any], odds: dict[str, float]) -> None:
    """Make the likeliest token the whole answer, with the log-probabilities of all."""
    ranked = sorted(odds.items(), key=lambda pair: -pair[1])
    told = [{"token": token, "logprob": log(p), "bytes": None} for token, p in ranked]
    choice["message"]["content"] = ranked[0][0]
    choice["logprobs"] = {"content": [{**told[0], "top_logprobs": told}], "refusal": None}


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed leaves a broken pipe behind: expected here."""


@contextmanager
def provider_server(**script: Any) -> Iterator[ProviderServer]:
    """Serve a scripted provider on a free local port until the block ends."""
    provider = ProviderServer(**script)
    handler = type("Handler", (ProviderHandler,), {"provider": provider})
    server = QuietServer(("127.0.0.1", 0), handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield provider
    finally:
        provider.open_gate()
        server.shutdown()
        server.server_close()
