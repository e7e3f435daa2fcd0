"""The files for containers name the same services, databases and topics as the code."""

import re
from pathlib import Path

import yaml

from redletter import topics
from redletter.broker import KAFKA
from redletter.embedded import ALL

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_compose_runs_every_service_after_its_migrations_and_the_topics():
    for service in ALL:
        assert set(COMPOSE[service]["depends_on"]) >= {f"migrate-{service}", "topics"}
        assert COMPOSE[service]["image"] == COMPOSE[f"migrate-{service}"]["image"] == f"redletter-{service}:latest"
        assert f"/redletter_{service}" in COMPOSE[service]["environment"]["DATABASE_URL"]


def test_compose_makes_the_topics_of_the_contracts():
    script = COMPOSE["topics"]["command"][0]

    assert re.search(r"for topic in (.*);", script)[1].split() == list(topics.wanted())
    assert re.findall(r"--partitions (\d+)", script) == [str(n) for n in set(topics.wanted().values())]


def test_every_service_has_its_own_database():
    script = (ROOT / "deploy/postgres/init.sql").read_text()

    assert re.findall(r"CREATE DATABASE redletter_(\w+) OWNER (\w+);", script) == [(name, name) for name in ALL]


def test_there_is_one_version_of_apache_kafka():
    assert COMPOSE["kafka"]["image"] == COMPOSE["topics"]["image"] == f"apache/kafka:{KAFKA}"
    assert set(
        re.findall(r"kafka[\w.-]*</artifactId><version>(.*?)<", (ROOT / "deploy/kafka/pom.xml").read_text())
    ) == {KAFKA}
