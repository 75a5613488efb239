"""Many participants at once over plain HTTP/1.1, with as little work per vote as possible."""

import asyncio
import contextlib
import random
import re
import time
from collections import deque
from dataclasses import dataclass, field

CARD = re.compile(rb"/statements/(\d+)/vote/")
TICKET = re.compile(rb'name="ticket" value="([^"]+)"')
COOKIE = re.compile(rb"^set-cookie: *([^=]+)=([^;]*)", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
PATIENCE = 60.0


@dataclass
class Person:
    """One participant as a browser keeps them: cookies, the open card, and what was answered to each vote."""

    cookies: dict[bytes, bytes] = field(default_factory=dict)
    ticket: bytes = b""
    card: int | None = None
    acknowledged: dict[int, int] = field(default_factory=dict)
    attempted: set[int] = field(default_factory=set)

    @property
    def key(self) -> str:
        """The participant's key, from the signed cookie."""
        values = [value for name, value in self.cookies.items() if name.startswith(b"participant-")]
        return values[0].decode().strip('"').split(":")[0] if values else ""


class Line:
    """One kept-open connection that is opened again when it breaks."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Send one request; return status, head and body."""
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length is None:  # An error of unknown length: what is left of it must not be taken for an answer.
            self.close()
            return int(head[9:12]), head, b""
        body = await self.reader.readexactly(int(length[1]))
        return int(head[9:12]), head, body

    def close(self) -> None:
        if self.writer is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self.writer.close()
        self.reader = self.writer = None


@dataclass
class Load:
    """Where votes go, and what came of them."""

    host: str
    port: int
    slug: str
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    n_retries: int = 0

    async def look(self, line: Line, person: Person) -> None:
        """Open the page for the first time."""
        request = b"GET /c/%b/ HTTP/1.1\r\nHost: %b\r\n\r\n" % (self.slug.encode(), self.host.encode())
        status, head, body = await line.ask(request)
        if status != 200:
            raise RuntimeError(f"the page answered {status}")
        self._keep(person, head, body)

    async def vote(self, line: Line, person: Person, *, is_timed: bool = True, retries: bool = False) -> None:
        """Vote on the open card, sending the same vote again while it is not answered if `retries`."""
        assert person.card is not None
        statement, choice = person.card, random.choice((1, 1, -1, 0))
        person.attempted.add(statement)
        request = self._vote_request(person, statement, choice)
        give_up_at = time.monotonic() + PATIENCE
        while True:
            began = time.perf_counter()
            try:
                status, head, body = await line.ask(request)
                if status == 200:
                    break
                problem = f"a vote answered {status}"
            except (OSError, asyncio.IncompleteReadError) as error:
                line.close()
                problem = type(error).__name__
            if not retries or time.monotonic() > give_up_at:
                self.errors.append(problem)
                person.card = None
                return
            self.n_retries += 1
            await asyncio.sleep(0.05)
        if is_timed:
            self.seconds.append(time.perf_counter() - began)
        person.acknowledged[statement] = choice
        self._keep(person, head, body)

    def _vote_request(self, person: Person, statement: int, choice: int) -> bytes:
        token = person.cookies[b"csrftoken"]
        body = b"choice=%d&csrfmiddlewaretoken=%b" % (choice, token)
        if person.ticket:
            body += b"&ticket=" + person.ticket.replace(b":", b"%3A")
        cookies = b"; ".join(b"%b=%b" % pair for pair in person.cookies.items())
        return (
            b"POST /c/%b/statements/%d/vote/ HTTP/1.1\r\nHost: %b\r\nHX-Request: true\r\nCookie: %b\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%b"
            % (self.slug.encode(), statement, self.host.encode(), cookies, len(body), body)
        )

    def _keep(self, person: Person, head: bytes, body: bytes) -> None:
        for name, value in COOKIE.findall(head):
            person.cookies[name] = value
        card, ticket = CARD.search(body), TICKET.search(body)
        person.card = int(card[1]) if card else None
        person.ticket = ticket[1] if ticket else b""


async def open_pages(load: Load, people: list[Person], n_lines: int) -> None:
    """Let everybody open the page."""
    waiting = deque(people)

    async def work() -> None:
        line = Line(load.host, load.port)
        while waiting:
            await load.look(line, waiting.popleft())
        line.close()

    await asyncio.gather(*(work() for _ in range(n_lines)))


async def vote_at_once(load: Load, people: list[Person]) -> None:
    """Everybody votes at the same moment, each over a connection of their own that is open already."""
    lines = [Line(load.host, load.port) for _ in people]
    for line in lines:
        line.reader, line.writer = await asyncio.open_connection(load.host, load.port)
    await asyncio.gather(*(load.vote(line, person) for line, person in zip(lines, people, strict=True)))
    for line in lines:
        line.close()


async def vote_once_each(load: Load, people: list[Person], n_lines: int) -> float:
    """Everybody votes once over `n_lines` connections; return the seconds it took."""
    waiting = deque(people)
    began = time.monotonic()

    async def work() -> None:
        line = Line(load.host, load.port)
        while waiting:
            await load.vote(line, waiting.popleft())
        line.close()

    await asyncio.gather(*(work() for _ in range(n_lines)))
    return time.monotonic() - began


async def vote_for(
    load: Load, people: list[Person], n_lines: int, seconds: float, *, retries: bool = False
) -> float:
    """Vote over `n_lines` connections, who has waited longest first; return the seconds it took."""
    waiting = deque(people)
    began = time.monotonic()

    async def work() -> None:
        line = Line(load.host, load.port)
        while waiting and time.monotonic() - began < seconds:
            person = waiting.popleft()
            await load.vote(line, person, retries=retries)
            if person.card is not None:
                waiting.append(person)
        line.close()

    await asyncio.gather(*(work() for _ in range(n_lines)))
    return time.monotonic() - began
