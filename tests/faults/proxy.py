"""A TCP proxy that loses answers: the request arrives, is done, and nobody hears of it. It also cuts and hangs lines.

A process of its own, told what to do in JSON lines on its standard input; each gets one line back:

    {"edge": "pg-rma", "lose": "commit"}        the next answer to a COMMIT is swallowed and the connection broken
    {"edge": "kafka", "lose": "produce"}        the same for a Produce, "offsets" for OffsetCommit, "http" for a status
    {"edge": "kafka", "cut": 3}                 every connection is broken, and none is taken for three seconds
    {"edge": "kafka", "hang": 5}                nothing is carried for five seconds, in either direction
    {"edge": "kafka", "met": true}              how many connections were broken, refused or held up there so far
    {"lost": true}                              how many answers were lost so far, by kind
"""

import asyncio
import json
import sys
from collections import Counter
from typing import Any

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"  # CommandComplete of PostgreSQL's protocol
KINDS = {0: "produce", 8: "offsets"}  # api keys of Kafka's protocol
REQUEST, RESPONSE = 12, 8  # bytes of a frame that say what it is: length, api key and version, correlation


class Frames:
    """Cuts Kafka's stream into frames and gives the head of each; the rest of a frame is counted and passed over."""

    def __init__(self, head: int) -> None:
        self.size, self.head, self.left = head, b"", 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take what came, give the heads of the frames that begin in it."""
        heads = []
        at = 0
        while at < len(data):
            if self.left:
                step = min(self.left, len(data) - at)
                self.left -= step
                at += step
                continue
            piece = data[at : at + self.size - len(self.head)]
            self.head += piece
            at += len(piece)
            if len(self.head) == self.size:
                heads.append(self.head)
                self.left = max(0, int.from_bytes(self.head[:4]) - (self.size - 4))
                self.head = b""
        return heads


class Edge:
    """One line between two processes, and what is to happen on it."""

    def __init__(self, name: str, port: int, target: int) -> None:
        self.name, self.port, self.target = name, port, target
        self.doomed: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.links: set[Link] = set()
        self.refuses = self.hangs = False
        self.met = 0

    def answers(self, link: "Link", data: bytes) -> str:
        """Say of which kind the answer in these bytes is; nothing if none that can be lost is in it."""
        if self.name == "kafka":
            kinds = [link.asked.pop(head[4:], "") for head in link.down.feed(data)]
            return next((kind for kind in kinds if self.doomed[kind] > 0), "")
        if self.name.startswith("pg-"):
            return "commit" if COMMITTED in data else ""
        return "http" if data.startswith(b"HTTP/1.1 ") else ""

    def loses(self, link: "Link", data: bytes) -> bool:
        """Say whether this answer is lost; then it is one less to lose."""
        kind = self.answers(link, data)
        if not kind or self.doomed[kind] < 1:
            return False
        self.doomed[kind] -= 1
        self.lost[kind] += 1
        return True

    async def cut(self, seconds: float) -> None:
        """Break every connection and take none for a while."""
        self.refuses = True
        self.met += len(self.links)
        for link in list(self.links):
            link.end()
        await asyncio.sleep(seconds)
        self.refuses = False

    async def hang(self, seconds: float) -> None:
        """Carry nothing for a while."""
        self.hangs = True
        self.met += len(self.links)
        for link in list(self.links):
            link.carry(on=False)
        await asyncio.sleep(seconds)
        self.hangs = False
        for link in list(self.links):
            link.carry(on=True)


class Link:
    """A client's connection and its continuation to the server."""

    def __init__(self, edge: Edge, client: asyncio.Transport) -> None:
        self.edge, self.client = edge, client
        self.server: asyncio.Transport | None = None
        self.up, self.down = Frames(REQUEST), Frames(RESPONSE)
        self.asked: dict[bytes, str] = {}
        self.early: list[bytes] = []
        edge.links.add(self)

    async def connect(self) -> None:
        """Go on to the server, with what the client has said meanwhile."""
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: Outward(self), "127.0.0.1", self.edge.target)
        except OSError:
            self.end()

    def said(self, data: bytes) -> None:
        """Carry what the client says, and remember what it asks for."""
        if self.edge.name == "kafka":
            for head in self.up.feed(data):
                kind = KINDS.get(int.from_bytes(head[4:6]))
                if kind:
                    self.asked[head[8:12]] = kind
        if self.server is None:
            self.early.append(data)
        else:
            self.server.write(data)

    def answered(self, data: bytes) -> None:
        """Carry what the server answers, unless it is to be lost."""
        if self.edge.loses(self, data):
            self.end()
        else:
            self.client.write(data)

    def carry(self, *, on: bool) -> None:
        """Stop or go on reading, on both sides."""
        for side in (self.client, self.server):
            if side is not None and not side.is_closing():
                (side.resume_reading if on else side.pause_reading)()

    def end(self) -> None:
        """Break both connections at once."""
        self.edge.links.discard(self)
        for side in (self.client, self.server):
            if side is not None:
                side.abort()


class Inward(asyncio.Protocol):
    """The client's end."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.link: Link | None = None

    def connection_made(self, transport: Any) -> None:
        self.edge.met += self.edge.refuses or self.edge.hangs
        if self.edge.refuses:
            transport.abort()
            return
        self.link = Link(self.edge, transport)
        if self.edge.hangs:
            transport.pause_reading()
        self.connecting = asyncio.ensure_future(self.link.connect())

    def data_received(self, data: bytes) -> None:
        if self.link is not None:
            self.link.said(data)

    def connection_lost(self, _why: Exception | None) -> None:
        if self.link is not None:
            self.link.end()


class Outward(asyncio.Protocol):
    """The server's end."""

    def __init__(self, link: Link) -> None:
        self.link = link

    def connection_made(self, transport: Any) -> None:
        self.link.server = transport
        for data in self.link.early:
            transport.write(data)
        self.link.early.clear()
        if self.link.client.is_closing():
            self.link.end()
        elif self.link.edge.hangs:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.link.answered(data)

    def connection_lost(self, _why: Exception | None) -> None:
        self.link.end()


def obey(edges: dict[str, Edge], order: Any, tasks: set[asyncio.Task[None]]) -> Any:
    """Do what a line says; give the answer to it."""
    if order.get("lost"):
        return dict(sum((edge.lost for edge in edges.values()), Counter[str]()))
    edge = edges[order["edge"]]
    if order.get("met"):
        return edge.met
    if kind := order.get("lose"):
        edge.doomed[kind] += 1
    for what in ("cut", "hang"):
        if what in order:
            task = asyncio.ensure_future(getattr(edge, what)(order[what]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    return "ok"


async def main(lines: dict[str, list[int]]) -> None:
    """Serve until standard input ends, which it does with the process that started us."""
    loop = asyncio.get_running_loop()
    edges = {name: Edge(name, port, target) for name, (port, target) in lines.items()}
    for edge in edges.values():
        await loop.create_server(lambda edge=edge: Inward(edge), "127.0.0.1", edge.port)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print(json.dumps("ready"), flush=True)
    tasks: set[asyncio.Task[None]] = set()
    while line := await orders.readline():
        print(json.dumps(obey(edges, json.loads(line), tasks)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
