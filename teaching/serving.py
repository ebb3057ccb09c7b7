"""The server of the classroom: it opens the pages on this machine, and nothing from outside is needed."""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_data_path

from sim.faults import Fault

LOOPBACK = "127.0.0.1"
PORT = 8765
KEY_FILE = "key"
RECONNECT = 30.0
"""Seconds for which a page waits for its browser: bad Wi-Fi and a busy start of a class lose nothing."""


Note = Callable[[str], None]


def serve(host: str, port: int, data: Path | None, show: bool, note: Note) -> None:
    """Serve the pages until interrupted. Raises Fault where the address or the folder for the data cannot be used."""
    _check_address(host, port)
    folder = data or user_data_path("zopa") / "classroom"
    key = _key(folder)
    os.environ["NICEGUI_STORAGE_PATH"] = str(folder / "visitors")
    from nicegui import ui

    from teaching.pages.all import register

    password = secrets.token_urlsafe(6)
    register(folder, password)
    note(f"zopa is open at http://{host}:{port}/ (Ctrl-C ends it)")
    note(f"The teacher's console is at http://{host}:{port}/teacher, its password is {password}")
    threading.Thread(target=warm_up, args=(note,), daemon=True).start()
    ui.run(
        host=host,
        port=port,
        title="zopa",
        show=show,
        reload=False,
        show_welcome_message=False,
        storage_secret=key,
        favicon="🤝",
        reconnect_timeout=RECONNECT,
        dark=None,
        session_middleware_kwargs={"same_site": "lax"},
    )


def _check_address(host: str, port: int) -> None:
    """Refuse an address that nobody can listen at, before anything else is begun."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Fault(f"http://{host}:{port}/ cannot be opened: {reason}; try another --port, or --host") from None


def warm_up(note: Note) -> None:
    """Compile what deals are played with, so that nobody waits for it on a page."""
    from teaching.buyers import worth_playing
    from teaching.comparing import compare, sides_of
    from teaching.debrief import others_earned
    from teaching.game import Game, position
    from teaching.markets import market, usual_seed
    from teaching.town import Town, as_it_is, towns

    seed = usual_seed()
    for name in ("b2b_software", "auto_repair"):
        compare(sides_of(market(name), "on_first_ask", "after_needs_analysis"), seed)
        for seat in ("seller", "buyer"):
            buyers = worth_playing(market(name), seed, seat, 24)
        game = Game(market(name), seed, buyers[0], "buyer")
        position(game)
        others_earned(game)
    Town(as_it_is(towns()[0]))
    note("ready: the rules are compiled")


def _key(folder: Path) -> str:
    """What cookies are signed with: made once and kept, so that a restart forgets nobody."""
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), encoding="ascii")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise Fault(f"{folder} cannot be used for the classroom's data: {error.strerror}") from None
