#!/usr/bin/env bash
# Build the image of every service and start each of its roles once, without a Docker engine (buildah, as root).
# deploy/images.sh [service...]; IMAGE_BASE=name takes another base than deploy/Dockerfile's.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/redletter/images
home=$(mktemp -d)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
services=("$@")
((${#services[@]})) || services=(intake rma inspection repair finance)
passed=0
container='' server='' bootstrap='' jwks=''

skip() {
  echo "SKIPPED images: $1"
  exit 0
}

have() {
  command -v "$1" >/dev/null || { apt-get install --yes --quiet "$1" && command -v "$1"; } >/dev/null 2>&1
}

# What a base needs to be: Python 3.11 or newer with venv, and the certificates that this machine trusts.
base() {
  local default
  default=$(sed -n 's/^ARG BASE=//p' deploy/Dockerfile)
  [[ -n ${IMAGE_BASE:-} ]] && echo "$IMAGE_BASE" && return
  timeout 60 buildah pull --quiet "docker.io/library/$default" >/dev/null 2>&1 && echo "docker.io/library/$default" && return
  buildah inspect --type image localhost/redletter-base >/dev/null 2>&1 || debian_base || return 1
  echo localhost/redletter-base
}

# No registry can be reached: a minimal Debian from this machine's own package mirror stands in.
debian_base() {
  have debootstrap || return 1
  local mirror release tree=$cache/debian
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  # shellcheck disable=SC2016  # apt-get itself puts the address in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | head -n 1)
  rm -rf "$tree"
  mkdir -p "$tree"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$release" "$tree" "$mirror" \
    >"$cache/debootstrap.log" 2>&1 || return 1
  rm -rf "$tree"/var/cache/apt/archives/*.deb
  buildah from --name redletter-base scratch >/dev/null
  buildah add --quiet redletter-base "$tree" / >/dev/null
  buildah commit --quiet --rm redletter-base localhost/redletter-base >/dev/null
  rm -rf "$tree"
}

clean() {
  set +e
  [[ -n $server ]] && kill "$(innermost "$server")" 2>/dev/null
  [[ -n $container ]] && buildah rm "$container" >/dev/null 2>&1
  .venv/bin/redletter --home "$home" down >/dev/null 2>&1
  rm -rf "$home"
}

[[ $(id -u) == 0 ]] || skip "buildah's chroot isolation and debootstrap need root"
have buildah || skip "buildah cannot be had here (Debian and Ubuntu: apt install buildah)"
mkdir -p "$cache"
base=$(base) || skip "there is no base image: no registry answers and debootstrap cannot be had or failed ($cache)"
echo "base: $base"
trap clean EXIT

trust=()
[[ -d /etc/ssl/certs ]] && trust=(--volume /etc/ssl/certs:/etc/ssl/certs:ro)
for service in "${services[@]}"; do
  buildah bud --quiet --pull-never --build-arg "BASE=$base" --build-arg "SERVICE=$service" "${trust[@]}" \
    --tag "localhost/redletter-$service" --file deploy/Dockerfile . >/dev/null
  echo "built: redletter-$service"
done

# PostgreSQL and Apache Kafka's stand-in for the smoke check, as in the embedded mode.
settings=$(.venv/bin/python - "$home" "${services[@]}" <<'PYTHON'
import asyncio
import sys
from pathlib import Path

from redletter import embedded, issuer


async def start(home: Path, services: list[str]) -> None:
    dsns = await embedded.postgres(home, services)
    print(f"bootstrap={await embedded.broker(home)}")
    print(f"jwks={issuer.key_set(home)}")
    for service, dsn in dsns.items():
        print(f"dsn_{service}={dsn}")


asyncio.run(start(Path(sys.argv[1]), sys.argv[2:]))
PYTHON
)
eval "$settings"

# Run the image's own command in its own file system, as its own user; the network is this machine's.
run() {
  local dsn=dsn_$1
  buildah run --user 10001:10001 \
    --env "DATABASE_URL=${!dsn}" --env "KAFKA_BOOTSTRAP_SERVERS=$bootstrap" --env REDLETTER_BROKER_PROFILE=embedded \
    --env REDLETTER_HOST=127.0.0.1 --env "REDLETTER_PORT=$port" --env "REDLETTER_ROLES=${2:-api}" \
    --env "REDLETTER_JWKS_FILE=/etc/redletter/jwks.json" --volume "$jwks:/etc/redletter/jwks.json:ro" \
    "$container" -- /opt/redletter/bin/service "${@:3}"
}

# buildah keeps signals to itself: give the process at the end of its chain, the service.
innermost() {
  local pid=$1 child
  while child=$(ps -o pid= --ppid "$pid" | head -n 1 | tr -d ' ') && [[ -n $child ]]; do pid=$child; done
  echo "$pid"
}

answers() {
  .venv/bin/python -c "import sys, httpx; sys.exit(httpx.get(sys.argv[1]).text != 'ready')" \
    "http://127.0.0.1:$port/readyz" 2>/dev/null
}

for service in "${services[@]}"; do
  container=$(buildah from --pull-never "localhost/redletter-$service")
  port=$(.venv/bin/python -c 'from redletter.process import free_port; print(free_port())')
  run "$service" api migrate
  for role in api worker relay; do
    run "$service" "$role" >"$home/run.log" 2>&1 &
    server=$!
    for attempt in {1..60}; do
      answers && break
      if ((attempt == 60)) || ! kill -0 "$server" 2>/dev/null; then
        cat "$home/run.log"
        echo "FAILED: redletter-$service does not get ready as $role"
        exit 1
      fi
      sleep 0.5
    done
    kill "$(innermost "$server")"
    wait "$server" 2>/dev/null || true # after its graceful stop uvicorn ends by the signal itself
    server=''
    ! answers || { echo "FAILED: $service $role still answers"; exit 1; }
    passed=$((passed + 1))
    echo "started, ready and stopped: redletter-$service as $role"
  done
  buildah rm "$container" >/dev/null
  container=''
done
echo "images: ${#services[@]} built; $passed roles passed"
