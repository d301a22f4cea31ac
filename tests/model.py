"""A language model on loopback that speaks OpenAI's protocol, and says what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

Told = tuple[int, dict[str, str], bytes]


def completion(text: object, tokens: int | None = 700) -> Told:
    """An answer as servers give it."""
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
    }
    if tokens is not None:
        body["usage"] = {"prompt_tokens": tokens - 60, "total_tokens": tokens}
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


@dataclass
class Model:
    """`say` makes the answer to a question, given its text; `hang` instead gives none.

    `questions` are the bodies it was asked with, `keys` the Authorization headers.
    """

    url: str
    say: Callable[[str], Told] = lambda _: completion("Nothing.")
    hang: bool = False
    questions: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def says(self, text: object) -> None:
        """Answer this to everything."""
        self.say = lambda _: completion(text)


@contextmanager
def model() -> Iterator[Model]:
    """A model that is up."""

    class Handler(BaseHTTPRequestHandler):
        told: ClassVar[Model]

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(length))
            self.told.questions.append(asked)
            self.told.paths.append(self.path)
            self.told.keys.append(self.headers.get("Authorization", ""))
            if self.told.hang:
                self.told.over.wait(30)
                return
            status, headers, body = self.told.say(asked["messages"][-1]["content"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    Handler.told = Model(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Handler.told
    finally:
        Handler.told.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
