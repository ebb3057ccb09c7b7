"""The command ``zopa``. Nothing heavy is imported before a command needs it: help is there at once."""

import functools
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

import sim  # noqa: F401  # first of all: it checks that the package named agents is zopa's own
from experiments.limits import (
    DEFAULT_FOLDER,
    DEFAULT_STUDY,
    LEAST_OF_THEORY,
    MOST_DEALS,
    MOST_GAMES,
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
)
from sim.faults import Fault

if TYPE_CHECKING:
    from agents.catalogue import Catalogue
    from experiments.execution import Budget
    from experiments.result import Result
    from sim.scenario import Scenario

MISSED = 1
FAULT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141

Command = TypeVar("Command", bound=Callable[..., None])

app = typer.Typer(
    name="zopa",
    help="A simulator of selling and negotiating: when should a seller name a price?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # importing rich takes longer than all the rest of the help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(function: Command) -> Command:
    """Make a command whose faults are told without a traceback, and whose end has the right exit status."""

    @functools.wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        if sys.stdout is None:  # closed by whoever started us
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # stays open to the end
        try:
            function(*arguments, **options)
            sys.stdout.flush()
        except Fault as fault:
            typer.echo(str(fault), err=True)
            raise typer.Exit(FAULT) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Nobody reads any more; Python would complain once again when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        except OSError as error:
            if error.filename is not None:
                raise  # not a stream: a fault of ours, to be seen in full
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            typer.echo(f"standard output cannot be written: {error.strerror}", err=True)
            raise typer.Exit(FAULT) from None

    return app.command(function.__name__.rstrip("_"))(guarded)  # type: ignore[return-value]  # of the same signature, by functools.wraps


Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a setting of the scenario (buyer.awareness=0.7) or of the study (study.rope=5); "
        "may be given more than once.",
    ),
]
Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE",
        help="A Python file with a price policy or tactic of your own; may be given more than once.",
    ),
]
Seed = Annotated[int | None, typer.Option(min=0, max=MOST_SEED, help="Which luck. 0 is a seed.")]
SomeSeed = Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Which luck. 0 is a seed.")]
Out = Annotated[Path, typer.Option(help="Folder that the result's own folder is made in.")]
Threads = Annotated[int | None, typer.Option(min=1, max=MOST_WORKERS, help="Threads; all processors by default.")]


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Say the version and stop.")] = False,
) -> None:
    if version:
        from experiments.project import project_version

        typer.echo(f"zopa {project_version()}")
        raise typer.Exit


@command
def run(
    study: Annotated[str, typer.Argument(help="A study's name, or its file.")] = DEFAULT_STUDY,
    deals: Annotated[int | None, typer.Option(min=1, max=MOST_DEALS, help="Deals in each arm.")] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, max=MOST_REPLICATIONS, help="Of a study of markets: how often each is played.")
    ] = None,
    seed: Seed = None,
    out: Out = Path(DEFAULT_FOLDER),
    workers: Threads = None,
    settings: Settings = None,
    plugins: Plugins = None,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Each arm meets other buyers with other luck; the same if left out.")
    ] = False,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster: tcp://host:port, or local to start one here.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT", help="Stop after so long (90s, 10m, 2h) or so many deals or replications (5e6)."
        ),
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(min=1, help="Deals in a block, a multiple of 4096, or replications; changes no result."),
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first block that fails.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost, after a second of trying, and play nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables as JSON, and nothing else.")] = False,
) -> None:
    """Play a study: the same buyers under each of its arms; print the answer, write tables and figures."""
    from experiments.progress import shown_progress
    from experiments.project import typed_command_line
    from experiments.running import run as play_study
    from experiments.running import with_asked
    from experiments.study import load_study

    pairing = False if unpaired else None
    asked = with_asked(_parsed(settings), deals=deals, replications=replications, seed=seed, pairing=pairing)
    if dry_run:
        from experiments.pilot import tried

        typer.echo(tried(study, asked, plugins or (), workers))
        return
    with shown_progress(Path(study).stem, load_study(study, asked).unit) as shown:
        result = play_study(
            study,
            out=out,
            workers=workers,
            cluster=cluster,
            block=block,
            fail_fast=fail_fast,
            budget=_budget(budget),
            settings=asked,
            plugins=plugins or (),
            progress=shown.progress,
            note=_note,
            state=shown.state,
            command_line=typed_command_line(),
        )
    _print_result(result, as_json)
    if result.status == "interrupted":
        raise typer.Exit(INTERRUPTED if budget is None else 0)
    if result.status == "incomplete":
        raise typer.Exit(MISSED)


@command
def deal(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or its file.")],
    policy: Annotated[str | None, typer.Option(help="Price policy; the scenario's own if left out.")] = None,
    buyer: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Which buyer.")] = 0,
    versus: Annotated[str | None, typer.Option(help="A second policy: the same buyer and luck, side by side.")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=MOST_SEED, help="Which luck; if left out, that of price_timing.")
    ] = None,
    seller_seat: Annotated[
        str | None, typer.Option(metavar="negmas:NAME", help="A NegMAS negotiator that bargains for the seller.")
    ] = None,
    buyer_seat: Annotated[
        str | None, typer.Option(metavar="negmas:NAME", help="A NegMAS negotiator that bargains for the buyer.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the offers between both sides' limits, as PNG and SVG.")
    ] = None,
    settings: Settings = None,
    plugins: Plugins = None,
) -> None:
    """Tell one deal in plain words: who says what, why it ended, and what it was worth in truth."""
    from experiments.telling import tell
    from sim.foreign import seated
    from sim.own_rules import rules_with

    foreigners = seated({"--seller-seat": seller_seat, "--buyer-seat": buyer_seat})
    if foreigners and figure is not None:
        raise Fault("--figure draws deals between zopa's own tactics; leave it out, or the seats")
    rules = rules_with(plugins or ())
    loaded = _with_policy(scenario, settings, "--policy", policy, rules)
    if versus is not None:
        _with_policy(scenario, settings, "--versus", versus, rules)
    luck = _seed_of_default_study() if seed is None else seed
    typer.echo(tell(loaded, loaded.seller.price_policy, buyer, luck, versus, rules, foreigners), nl=False)
    if figure is not None:
        from experiments.drawing import draw_deal

        for path in draw_deal(figure, loaded, loaded.seller.price_policy, buyer, luck, rules):
            _note(f"wrote {path}")


@command
def market(
    scenario: Annotated[str, typer.Argument(help="A scenario with a group 'market': its name, or its file.")],
    replications: Annotated[int, typer.Option(min=1, max=MOST_REPLICATIONS, help="How often it is played.")] = 8,
    seed: SomeSeed = 1,
    out: Out = Path(DEFAULT_FOLDER),
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; all processors by default.")
    ] = None,
    settings: Settings = None,
    versus: Annotated[
        list[str] | None,
        typer.Option(
            "--versus", metavar="PATH=VALUE", help="Play it also with this changed, with the same luck, and compare."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON, and nothing else.")] = False,
) -> None:
    """Play a market of many sellers and buyers, several times; print what it settles on, write tables and figures."""
    from experiments.market import play_market, printed_market
    from experiments.progress import shown_progress

    with shown_progress(Path(scenario).stem, "days") as shown:
        result = play_market(
            scenario,
            seed=seed,
            replications=replications,
            workers=workers,
            settings=_parsed(settings),
            versus=_parsed(versus),
            out=out,
            progress=shown.progress,
        )
    typer.echo(json.dumps(result.summary, ensure_ascii=False, allow_nan=False) if as_json else printed_market(result))
    if result.interrupted:
        raise typer.Exit(INTERRUPTED)


@command
def play(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or its file.")],
    seat: Annotated[str, typer.Option(help="Whose seat you take: seller or buyer.")] = "seller",
    buyer: Annotated[
        int | None, typer.Option(min=0, max=MOST_SEED, help="Which buyer; if left out, one worth playing.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=MOST_SEED, help="Which luck; if left out, that of price_timing.")
    ] = None,
    known: Annotated[bool, typer.Option("--known", help="Tell at once what is hidden, for a second game.")] = False,
    settings: Settings = None,
) -> None:
    """Play one deal yourself, line by line; then see what was hidden, and what others earned with this very buyer.

    The seller says when to name a price, what to ask and how to bargain; the buyer when to ask for it, to stay, leave
    or walk away, to bargain, to agree and to sign. 'help' tells at any time what may be said.
    """
    from sim.reading import load_scenario
    from teaching.terminal import play as play_in_terminal

    if seat not in ("seller", "buyer"):
        raise Fault(f"--seat '{seat}' is no seat; seller or buyer would be right")
    luck = _seed_of_default_study() if seed is None else seed
    loaded = load_scenario(scenario, _parsed(settings))
    play_in_terminal(loaded, luck, buyer, "buyer" if seat == "buyer" else "seller", sys.stdin, typer.echo, known)


@command
def teach(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 lets a whole room in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8765,
    data: Annotated[Path | None, typer.Option(help="Folder for classes; one of the user's own if left out.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
) -> None:
    """Open the classroom in a browser: compare, watch, play, lessons, classes. No network is needed."""
    from teaching.serving import serve

    serve(host, port, data, browser, _note)


@command
def game(
    name: Annotated[str, typer.Argument(metavar="GAME", help="double_auction or rubinstein.")],
    seller: Annotated[str | None, typer.Option(metavar="TACTIC", help="How the seller bargains.")] = None,
    buyer: Annotated[str | None, typer.Option(metavar="TACTIC", help="How the buyer bargains.")] = None,
    cost: Annotated[
        str | None, typer.Option(metavar="LOW:HIGH", help="What the good costs the seller: a number, or uniform.")
    ] = None,
    worth: Annotated[
        str | None, typer.Option(metavar="LOW:HIGH", help="What it is worth to the buyer: a number, or uniform.")
    ] = None,
    k: Annotated[float | None, typer.Option("--k", help="double_auction: weight of the bid in the price.")] = None,
    seller_patience: Annotated[
        float | None, typer.Option(help="rubinstein: what a rejected offer leaves of the seller's gain.")
    ] = None,
    buyer_patience: Annotated[float | None, typer.Option(help="rubinstein: the same of the buyer's.")] = None,
    option: Annotated[float | None, typer.Option(help="rubinstein: what the buyer gains elsewhere.")] = None,
    seller_option: Annotated[float | None, typer.Option(help="rubinstein: what the seller gains elsewhere.")] = None,
    role: Annotated[
        str | None, typer.Option(help="rubinstein: what options are for: disagreement, or the responder.")
    ] = None,
    offers: Annotated[
        int | None, typer.Option(help="rubinstein: offers after which it ends; never if left out.")
    ] = None,
    opener: Annotated[str | None, typer.Option(help="rubinstein: who makes the first offer, seller or buyer.")] = None,
    games: Annotated[
        int | None, typer.Option(min=1, max=MOST_GAMES, help="How many are played; 100,000 if left out.")
    ] = None,
    seed: SomeSeed = 1,
    tell: Annotated[bool, typer.Option("--tell", help="Tell one game move by move instead.")] = False,
    number: Annotated[
        int | None, typer.Option(min=0, max=MOST_SEED, help="With --tell: which game; the first, 0, if left out.")
    ] = None,
) -> None:
    """Play a complete game of bargaining with values plugged in: who agrees, at which price, and who gains what."""
    from experiments.game import GAMES_PLAYED, Given, report, settings_of, told

    if tell and games is not None:
        raise Fault("--games does not go with --tell, which tells one game; --number says which")
    if number is not None and not tell:
        raise Fault("--number goes with --tell only; --games says how many are played")
    given: Given = {
        "--seller": (("seller", "tactic"), seller),
        "--buyer": (("buyer", "tactic"), buyer),
        "--cost": (("seller", "value"), cost),
        "--worth": (("buyer", "value"), worth),
        "--k": (("k",), k),
        "--seller-patience": (("seller", "patience"), seller_patience),
        "--buyer-patience": (("buyer", "patience"), buyer_patience),
        "--option": (("buyer", "option"), option),
        "--seller-option": (("seller", "option"), seller_option),
        "--role": (("role",), role),
        "--offers": (("offers",), offers),
        "--opener": (("opener",), opener),
    }
    settings = settings_of(name, given)
    typer.echo(told(settings, seed, number or 0) if tell else report(settings, seed, games or GAMES_PLAYED), nl=False)


@command
def theory(
    check: Annotated[str | None, typer.Option("--check", metavar="NAME", help="One check; all if left out.")] = None,
    deals: Annotated[
        int | None,
        typer.Option(min=LEAST_OF_THEORY, max=MOST_GAMES, help="Deals, or games, for each number with luck in it."),
    ] = None,
    seed: SomeSeed = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON, and nothing else.")] = False,
) -> None:
    """Hold what is played against what theory says; the exit status is 1 if a number misses its target."""
    from experiments.progress import lines
    from experiments.theory import DEALS, all_hold, as_plain, checks_named, printed, verdict

    chosen = checks_named(check)
    count, progress, results = deals or DEALS, lines("theory", "checks").progress, []
    for i, each in enumerate(chosen):
        results.append((each, each.rows(count, seed)))
        if not as_json:
            typer.echo(printed(*results[-1]))
        progress(i + 1, len(chosen))
    typer.echo(json.dumps(as_plain(results, count, seed)) if as_json else verdict(results))
    if not all_hold(results):
        raise typer.Exit(MISSED)


@command
def validate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or file, or a study's name.")] = "b2b_software",
    fact: Annotated[int | None, typer.Option("--fact", metavar="NUMBER", help="One fact; all if left out.")] = None,
    deals: Annotated[
        int | None, typer.Option(min=1000, max=MOST_GAMES, help="Deals in each arm of each comparison.")
    ] = None,
    seed: SomeSeed = 1,
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, and nothing else.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print them as a table in Markdown.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FOLDER",
            help="Write a page with a picture of every fact there, and the numbers as CSV.",
        ),
    ] = None,
) -> None:
    """Hold what is simulated against what is known of the world; the exit status is 1 if a sign refutes the model."""
    from experiments.manifest import processors
    from experiments.validation import DEALS, as_markdown, as_plain, facts_numbered, printed, tally
    from experiments.validation.field import Field
    from experiments.validation.page import report_at

    facts = facts_numbered(fact)
    field = Field.named(scenario, deals or DEALS, seed, _parsed(settings), processors())
    measured = {}
    with report_at(report) as write:
        for each in facts:
            measured[each] = each.measure(field)
            if not (as_json or markdown):
                typer.echo(printed(each, measured[each]))
        if as_json:
            typer.echo(json.dumps(as_plain(measured, field), ensure_ascii=False, allow_nan=False))
        else:
            typer.echo(as_markdown(measured) if markdown else tally(measured))
        if page := write(measured, field):
            _note(f"wrote {page}")
    if any(each.refuted_by(findings) for each, findings in measured.items()):
        raise typer.Exit(MISSED)


@command
def answer(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...", help="Scenarios or studies; all scenarios that come with zopa if left out."
        ),
    ] = None,
    deals: Annotated[int, typer.Option(min=1000, max=MOST_GAMES, help="Deals in each arm.")] = 50_000,
    seed: SomeSeed = 1,
    settings: Settings = None,
) -> None:
    """Tell for each scenario when the seller should name the price: for the seller, the buyer, and both together."""
    from experiments.by_scenario import compared, printed
    from experiments.manifest import processors
    from sim.reading import scenario_names

    overrides = _parsed(settings)
    rows = [compared(name, deals, seed, overrides, processors()) for name in names or scenario_names()]
    typer.echo(printed(rows), nl=False)


@command
def rivals(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or file, or a study's name.")] = "b2b_software",
    deals: Annotated[
        int, typer.Option(min=1000, max=MOST_GAMES, help="Deals in each arm of each comparison.")
    ] = 10_000,
    seed: SomeSeed = 1,
    settings: Settings = None,
) -> None:
    """Compare other rules for the same decisions by which facts of the world they reproduce."""
    from experiments.manifest import processors
    from experiments.progress import shown_progress
    from experiments.validation import FACTS
    from experiments.validation.field import Field
    from experiments.validation.rivals import compared, printed

    field = Field.named(scenario, deals, seed, _parsed(settings), processors())
    with shown_progress("rivals", "rules") as shown:
        measured = compared(field, FACTS, shown.progress)
    typer.echo(printed(measured, field))


@command
def calibrate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name.")],
    points: Annotated[
        int, typer.Option(min=16, max=4096, help="Settings tried in each wave; the first has twice as many.")
    ] = 100,
    waves: Annotated[int, typer.Option(min=1, max=20, help="Waves, each where those before point to.")] = 6,
    deals: Annotated[
        int, typer.Option(min=1000, max=MOST_GAMES, help="Deals in each arm at each point; eight times as many again.")
    ] = 4096,
    seed: Annotated[
        int, typer.Option(min=0, max=MOST_SEED, help="Luck of the first wave; what follows has the next seeds.")
    ] = 1,
) -> None:
    """Search for the settings that the facts to calibrate on do not rule out; files are left as they are."""
    from experiments.manifest import processors
    from experiments.progress import shown_progress
    from experiments.validation.calibration import calibrate as search
    from experiments.validation.calibration import plan_for, printed
    from experiments.validation.field import Field

    plan, field = plan_for(scenario), Field(scenario, deals, seed, {}, processors())
    with shown_progress(f"calibrating {scenario}") as shown:
        found = search(field, plan, points, waves, lambda done, of: shown.progress(done * deals, of * deals))
    typer.echo(printed(field, plan, found, waves))


@command
def sensitivity(
    name: Annotated[
        str, typer.Argument(metavar="[SCENARIO|STUDY]", help="A scenario's or study's name, or its file.")
    ] = "b2b_software",
    arm: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a study with several: the arm compared with the baseline.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="PATH=LOW:HIGH",
            help="A setting and its range; may be given more than once. If left out, those of which little is known.",
        ),
    ] = None,
    method: Annotated[
        str, typer.Option(help="morris: screen many settings; sobol: divide the variance among few.")
    ] = "morris",
    points: Annotated[
        int, typer.Option(min=2, max=4096, help="morris: trajectories; sobol: base points, a power of two.")
    ] = 4,
    repeats: Annotated[int, typer.Option(min=1, max=20, help="Repetitions with other luck and other points.")] = 2,
    deals: Annotated[int, typer.Option(min=1000, max=MOST_GAMES, help="Deals in each arm at each point.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Which luck, of the first repetition.")] = 1,
    figure: Annotated[
        Path | None, typer.Option(help="Write the figure there, a PNG, and its data beside it as CSV.")
    ] = None,
) -> None:
    """Tell which settings decide which arm is better, of a scenario early or late: global sensitivity."""
    from experiments import sensitivity as analysis
    from experiments.manifest import processors
    from experiments.progress import shown_progress

    methods = {"morris": analysis.morris, "sobol": analysis.sobol}
    if method not in methods:
        raise Fault(f"--method '{method}' is neither of morris, sobol")
    for file in (figure, figure.with_suffix(".csv")) if figure is not None else ():
        if file.exists():
            raise Fault(f"{file} is there already; another name would be right")
    ranges = dict(map(_range_of, vary)) if vary else analysis.RANGES
    pair = analysis.pair_in(name, arm)
    currency = pair.scenarios({path: ends[0] for path, ends in ranges.items()})[0].currency
    seeds = tuple(range(seed, seed + repeats))
    with shown_progress(f"sensitivity of {Path(name).stem}") as shown:
        found = methods[method](
            pair, ranges, deals, seeds, points, workers=processors(),
            progress=lambda done, of: shown.progress(done * deals, of * deals),
        )  # fmt: skip
    typer.echo(analysis.printed(found, currency), nl=False)
    if figure is not None:
        from experiments.figures.sensitivity import save_sensitivity
        from experiments.store import told_as_fault

        with told_as_fault(figure):
            save_sensitivity(figure, found, f"Sensitivity of {Path(name).stem}", currency)


def _range_of(text: str) -> tuple[str, tuple[float, float]]:
    """A path and two ends from ``path=low:high``. Raises Fault."""
    path, _, ends = text.partition("=")
    try:
        low, high = map(float, ends.split(":"))
    except ValueError:
        raise Fault(f"--vary {text!r} is not of the form path=low:high, as in buyer.awareness=0.6:1.1") from None
    return path.strip(), (low, high)


@command
def scenarios() -> None:
    """List the scenarios that come with zopa."""
    from sim.reading import load_scenario, scenario_names

    _print_list({name: load_scenario(name).title for name in scenario_names()})


@command
def policies(plugins: Plugins = None) -> None:
    """List the price policies and the concession tactics."""
    from sim.own_rules import rules_with

    known = rules_with(plugins or ())
    for title, entries in (("Price policies", known.price_policies), ("Tactics", known.tactics)):
        typer.echo(title)
        _print_list({name: entry.summary for name, entry in entries.items()}, indent="  ")


@command
def negotiators() -> None:
    """List NegMAS's negotiators that can take a seat of a deal; they come with an extra, negmas."""
    from sim import foreign

    _print_list(foreign.negotiators())


@command
def mechanisms(
    name: Annotated[str | None, typer.Argument(help="One mechanism; all of them if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON, and nothing else.")] = False,
) -> None:
    """List what is at work between the parties: its meaning, its default, and what switches it off."""
    from experiments.mechanisms import as_plain, told

    typer.echo(json.dumps(as_plain(name), ensure_ascii=False) if as_json else told(name))


@command
def check(
    file: Annotated[str, typer.Argument(help="A study or a scenario: its file, or its name.")],
    plugins: Plugins = None,
) -> None:
    """Check a study or scenario and say what it is; all that is wrong with it is told at once."""
    from experiments.checking import checked

    typer.echo(f"ok: {checked(file, plugins or ())}")


@command
def reproduce(
    manifest: Annotated[Path, typer.Argument(help="A result's manifest.json, or its folder.")],
    workers: Threads = None,
) -> None:
    """Play a run again from its manifest alone, and compare every file; the exit status is 1 if one differs."""
    from experiments.progress import shown_progress
    from experiments.reproducing import reproduce as play_again
    from experiments.reproducing import told
    from experiments.running import Watcher

    with shown_progress("reproducing") as shown:
        found = play_again(manifest, workers, Watcher(shown.progress, _note, shown.state))
    typer.echo(told(found))
    if not found.is_same:
        raise typer.Exit(MISSED)


@command
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A result's folder.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one's.")],
) -> None:
    """Tell two results apart: the settings in which they differ, and the numbers."""
    from experiments.comparing import compared
    from experiments.loading import load

    typer.echo(compared(load(first), load(second)))


@command
def map_(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or its file.")],
    across: Annotated[
        str, typer.Option("--x", metavar="SETTING", help="The setting across, as in buyer.awareness or …=0.4:1.")
    ] = "buyer.awareness",
    up: Annotated[str, typer.Option("--y", metavar="SETTING", help="The setting upwards.")] = "buyer.price_focus",
    points: Annotated[int, typer.Option(min=2, max=100, help="Cells along each axis.")] = 20,
    deals: Annotated[int, typer.Option(min=1, max=MOST_DEALS, help="Deals in each arm of each cell.")] = 10_000,
    policies: Annotated[
        str, typer.Option(metavar="A,B", help="The two policies; early and late, or their full names.")
    ] = "early,late",
    seed: Seed = None,
    out: Out = Path(DEFAULT_FOLDER),
    workers: Threads = None,
    settings: Settings = None,
    plugins: Plugins = None,
) -> None:
    """Map where which of two policies wins, over two settings of a scenario: play the grid and draw it."""
    from experiments.mapping import SEED, map_study
    from experiments.progress import shown_progress
    from experiments.project import typed_command_line
    from experiments.running import run as play_study

    study = map_study(
        scenario,
        across,
        up,
        points=points,
        deals=deals,
        policies=policies.split(","),
        settings=_parsed(settings),
        seed=SEED if seed is None else seed,
        plugins=plugins or (),
    )
    with shown_progress(study.name) as shown:
        result = play_study(
            study,
            out=out,
            workers=workers,
            progress=shown.progress,
            note=_note,
            state=shown.state,
            command_line=typed_command_line(),
        )
    _print_result(result, as_json=False)
    if result.status != "complete":
        raise typer.Exit(INTERRUPTED if result.status == "interrupted" else MISSED)


@command
def figures(
    folder: Annotated[Path, typer.Argument(metavar="RESULT", help="A result's folder.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to draw into; the folder figures of the result if left out.")
    ] = None,
    cell: Annotated[int | None, typer.Option(min=0, help="Of a sweep: the figures of this one of its cells.")] = None,
) -> None:
    """Draw the figures of a result: each as SVG and PNG, with its data as CSV. Nothing is overwritten."""
    from experiments.drawing import draw
    from experiments.loading import load

    for path in draw(load(folder), out, cell):
        typer.echo(path)


@command
def report(
    folder: Annotated[Path, typer.Argument(metavar="RESULT", help="A result's folder.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write into; that of the result if left out.")] = None,
) -> None:
    """Write a report: one page of HTML that needs nothing else, and Markdown. Nothing is overwritten."""
    from experiments.loading import load
    from experiments.report import write_report

    for path in write_report(load(folder), out):
        typer.echo(path)


@command
def init(
    file: Annotated[Path, typer.Argument(help="The file to write; its name becomes the study's.")],
    scenario: Annotated[bool, typer.Option("--scenario", help="Write a scenario instead of a study.")] = False,
) -> None:
    """Write a commented study, or scenario, to start from; nothing is ever overwritten."""
    from experiments.starting import begin

    path = begin(file, "scenario" if scenario else "study")
    typer.echo(f"wrote {path}: see it through `zopa check {path}`")


@command
def schema(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="study or scenario.")] = "study",
) -> None:
    """Print the JSON Schema of study or scenario files, for editors that complete and check them."""
    from experiments.starting import as_text, schema_of

    if kind not in ("study", "scenario"):
        raise Fault(f"there is no schema of '{kind}'\n    known: study, scenario")
    typer.echo(as_text(schema_of("study" if kind == "study" else "scenario")))


def _note(text: str) -> None:
    typer.echo(text, err=True)


def _with_policy(
    name: str, settings: list[str] | None, option: str, policy: str | None, rules: "Catalogue"
) -> "Scenario":
    """The scenario with the settings and the policy; a fault is told with the option that brought it in."""
    from sim.reading import load_scenario

    overrides = _parsed(settings)
    scenario = load_scenario(name, overrides, rules=rules)
    if policy is None:
        return scenario
    return load_scenario(name, {**overrides, "seller.price_policy": policy}, option, rules)


def _seed_of_default_study() -> int:
    from experiments.study import load_study

    return load_study(DEFAULT_STUDY).seed or 0


def _budget(text: str | None) -> "Budget | None":
    """A budget as it is typed: ``90s``, ``10m`` and ``2h`` are time, a plain number deals. Raises Fault."""
    from experiments.execution import Budget

    if text is None:
        return None
    seconds = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    try:
        amount = float(text[:-1] if seconds else text)
    except ValueError:
        amount = 0.0
    if not 0 < amount < float("inf"):
        raise Fault(f"--budget {text}: 90s, 10m, 2h or a number of deals such as 5e6 would be right")
    return Budget(seconds=amount * seconds) if seconds else Budget(deals=int(amount))


def _parsed(settings: list[str] | None) -> dict[str, object]:
    from sim.reading import parse_setting

    return dict(parse_setting(setting) for setting in settings or [])


def _print_result(result: "Result", as_json: bool) -> None:
    if as_json:
        from experiments.result import SUMMARY, summary

        content = summary(result.plan, result.tables, result.status, result.deals)
        if result.plan.is_swept:
            content = json.loads((result.folder / SUMMARY).read_bytes())
        typer.echo(json.dumps({**content, "folder": str(result.folder)}, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from experiments.answer import WIDTH_OF_PLAIN_TEXT, answer

    console = Console() if sys.stdout.isatty() else Console(width=WIDTH_OF_PLAIN_TEXT)
    with console.capture() as captured:
        for part in answer(result):
            console.print(part)
    typer.echo(captured.get(), nl=False)


def _print_list(items: Mapping[str, str], indent: str = "") -> None:
    width = max(map(len, items), default=0)
    for name, summary in items.items():
        typer.echo(f"{indent}{name:<{width}}  {summary}")


def main() -> None:
    """Run the command, and end the process; the exit status is 2 for a fault that the user can mend, 130 after Ctrl-C.

    Where all went well the process ends at once: taking down what was compiled takes Python half a second more.
    """
    gc.set_threshold(100_000, 20, 100)  # compiling makes objects by the million that live on: no use in looking often
    try:
        app(prog_name="zopa")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as ended:
        if ended.code:
            raise
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
