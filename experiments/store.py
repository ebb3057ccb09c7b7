"""Folders of results: written beside their place, moved there when complete, and never overwritten.

A run that is killed leaves only its unfinished folder, which the next run removes. Errors of the file
system are told as a Fault: the disk is full, the folder cannot be written to.
"""

import hashlib
import os
import platform
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sim.faults import Fault

UNFINISHED = ".unfinished"
PART = ".part"

Fingerprint = dict[str, int | str]


@contextmanager
def told_as_fault(place: Path, option: str = "--out") -> Iterator[None]:
    """Tell an OSError within this context as a Fault about that place, which ``option`` of the command chose."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read what was printed went away; no file is at fault
    except OSError as error:
        raise Fault(
            f"cannot write results to {place}: {error.strerror or error}\n"
            f"    choose a folder with {option} that can be written to and has room; what was there is as it was"
        ) from None


@contextmanager
def draft_beside(final: Path, option: str = "--out") -> Iterator[Path]:
    """An empty folder beside the final one; removed in the end unless ``publish`` moved it. Raises Fault."""
    with told_as_fault(final, option):
        final.parent.mkdir(parents=True, exist_ok=True)
        _remove_what_killed_runs_left(final.parent)
        folder = final.parent / f"{UNFINISHED}-{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(draft: Path, final: Path) -> None:
    """Move a complete draft to its final place in one step, once it is safely on the disk.

    Raises FileExistsError if another run was there first, and other OSErrors.
    """
    for path in [*sorted(draft.rglob("*")), draft]:
        sync(path)
    try:
        draft.rename(final)
    except OSError:
        if final.exists():
            raise FileExistsError(final) from None
        raise
    sync(final.parent)


def write_beside(files: Mapping[Path, bytes]) -> list[Path]:
    """Write files among others that may be there, each whole or not at all, and overwrite nothing; returns their paths.

    A file that has the same bytes already is left. Raises Fault where another file is in the way, or a folder cannot be
    written to: of the former nothing is written.
    """
    place = next(iter(files), Path()).parent
    try:
        for folder in dict.fromkeys(path.parent for path in files):
            place = folder
            folder.mkdir(parents=True, exist_ok=True)
        missing = {path: data for path, data in files.items() if not path.exists()}
        for path in files.keys() - missing.keys():
            place = path.parent
            if path.read_bytes() != files[path]:
                raise Fault(
                    f"{path} is in the way: it is not what would be written now\n"
                    "    nothing is overwritten: choose another folder with --out"
                )
        for path, data in missing.items():
            place = path.parent
            write_whole(path, data)
    except OSError as error:
        raise Fault(f"{place}  cannot be written: {error.strerror}") from None
    return list(files)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: under another name, synced, then renamed. Raises OSError."""
    draft = path.with_name(f"{path.name}-{os.getpid()}-{secrets.token_hex(4)}{PART}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def fingerprints(folder: Path) -> dict[str, Fingerprint]:
    """The fingerprint of every file in a folder, by its path within it. Raises OSError."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): fingerprint(path) for path in files}


def fingerprint(path: Path) -> Fingerprint:
    """Size in bytes and SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _remove_what_killed_runs_left(parent: Path) -> None:
    """Remove unfinished folders of this host's dead processes; those of other hosts may be alive."""
    for path in parent.glob(f"{UNFINISHED}-{_host()}-*"):
        process = path.name.split("-")[2]
        if process.isdecimal() and not _is_alive(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere os.kill with 0 would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _host() -> str:
    """A short name of this machine, to tell its processes from those of others that share a folder."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only there can folders be opened
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
