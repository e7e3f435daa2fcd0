"""Small disks of their own for what is stored, so that one can be full without the others."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path


def mounted(image: Path, place: Path, megabytes: int) -> bool:
    """Put what is stored at a place on a disk of its own; give whether this user may mount one here."""
    before = place.with_suffix(".before")
    if place.exists():
        place.rename(before)
    place.mkdir(parents=True)
    done = os.geteuid() == 0 and _mount(image, place, megabytes)
    if before.exists():
        subprocess.run(["cp", "-a", f"{before}/.", str(place)], check=True)
        subprocess.run(["chown", f"--reference={before}", str(place)], check=True)
        place.chmod(0o700)
        shutil.rmtree(before)
    return done


def _mount(image: Path, place: Path, megabytes: int) -> bool:
    for command in (
        ["truncate", f"--size={megabytes}M", str(image)],
        ["mkfs.ext4", "-q", "-F", "-m", "0", str(image)],
        ["mount", "-o", "loop", str(image), str(place)],
    ):
        if shutil.which(command[0]) is None or subprocess.run(command, capture_output=True, check=False).returncode:
            return False
    shutil.rmtree(place / "lost+found")
    return True


def given_back(place: Path) -> None:
    """Unmount a disk."""
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def filled(place: Path) -> None:
    """Leave not a byte on a disk."""
    space = os.statvfs(place)
    with suppress(OSError), (place / "ballast").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, space.f_bfree * space.f_frsize)


def emptied(place: Path) -> None:
    """Take away what filled it."""
    (place / "ballast").unlink(missing_ok=True)
