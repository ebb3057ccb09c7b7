"""A study: a question asked of a scenario by playing the same buyers under several settings, its arms.

Unless it says otherwise: without pairing each arm meets buyers of its own.

A study is a YAML file read into this frozen model, with the same errors as a scenario's (`sim.reading`).
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from agents.catalogue import Catalogue
from agents.traits import Traits
from experiments.expressions import parsed
from experiments.limits import (
    LONGEST_LABEL,
    LONGEST_TITLE,
    MOST_ARMS,
    MOST_CONSTRAINTS,
    MOST_DEALS,
    MOST_PLUGINS,
    MOST_REPLICATIONS,
    MOST_SEED,
)
from experiments.sweep import Sweep
from sim.faults import Fault, Place, Problem, hint_at_names
from sim.overrides import override
from sim.own_rules import rules_with
from sim.reading import COMMAND_LINE, ENDINGS, build, load_scenario, read_settings
from sim.scenario import Name, Scenario
from sim.yaml_places import Settings

BUNDLED = Path(__file__).resolve().parent / "studies"
STUDY_PREFIX = "study."
"""On the command line ``--set study.rope=5`` changes the study; a path without it is one of the scenario."""

Overrides = Mapping[str, object]


class Arm(Traits):
    """One of the settings compared."""

    label: str | None = Field(
        None, min_length=1, max_length=LONGEST_LABEL, description="its name in tables and figures"
    )
    set: Mapping[str, Any] = Field({}, description="scenario settings of this arm: dotted paths and their values")


def _readable(text: str) -> str:
    """Refuse a constraint that is none, while its place in the file is known."""
    parsed(text)
    return text


class Precision(Traits):
    """How exactly a study is to know its differences before it stops (docs/experiments.md, The stopping rule)."""

    half_width: Annotated[float, Field(gt=0)] = Field(
        description="stop once no arm's interval of the difference from the baseline reaches further than this "
        "to either side; in the quantity's unit"
    )
    quantity: str | None = Field(
        None,
        description="the quantity that the interval is of; by default profit_per_prospect, of a market profit_per_lead",
    )
    population: Literal["asked_first", "all"] | None = Field(
        None, description="whose interval; those who asked at the first contact, or all where nobody did, if left out"
    )

    def quantity_of(self, *, is_market: bool) -> str:
        """The quantity that the interval is of."""
        return self.quantity or ("profit_per_lead" if is_market else "profit_per_prospect")


class Outputs(Traits):
    """What is written besides the tables of each cell."""

    deals: bool = Field(False, description="every deal, as Parquet: some 100 bytes per arm and deal")
    steps: bool = Field(True, description="of deals: the funnel of each cell, as Parquet and CSV")
    distributions: bool = Field(
        True, description="of deals: how profit and surplus are spread in each cell, as Parquet"
    )
    series: bool | None = Field(
        None,
        description="of a market: each day, each seller at the end of each day, and the people, as Parquet, which the "
        "figures over time are drawn of; kept where nothing is swept if left out",
    )


class Study(Traits):
    """A question, the arms that answer it, and how many deals to play."""

    schema_version: Literal[1] = Field(alias="schema", description="version of this file's form")
    name: Name = Field(description="the study's name: its file's name without the ending, and its results' folder")
    title: str = Field(max_length=LONGEST_TITLE, description="one line for tables and figures")
    question: str = Field(description="the question it asks, in words")
    scenario: str = Field(min_length=1, description="a scenario's name, or its path, relative to the study's file")
    plugins: tuple[str, ...] = Field(
        (), max_length=MOST_PLUGINS, description="files of one's own policies and tactics, relative to the study's file"
    )
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = Field(
        None, description="which luck; a seed is drawn and recorded if it is null or left out; 0 is a seed"
    )
    deals: Annotated[int, Field(ge=1, le=MOST_DEALS)] | None = Field(
        None,
        description="deals in each arm of each cell; with a precision, the most there may be",
    )
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] | None = Field(
        None,
        description="instead of deals: how often the scenario's market is played in each arm of each cell, all arms "
        "with the same leads and luck unless pairing is false",
    )
    pairing: bool = Field(
        True,
        description="common random numbers: all arms meet the same buyers with the same luck; if false, each arm meets "
        "buyers of its own",
    )
    precision: Precision | None = Field(None, description="when fewer deals are enough; all are played if left out")
    set: Mapping[str, Any] = Field({}, description="scenario settings of all arms: dotted paths and their values")
    sweep: Sweep | None = Field(
        None, description="scenario settings that differ from cell to cell; one cell if left out"
    )
    constraints: tuple[Annotated[str, AfterValidator(_readable)], ...] = Field(
        (), max_length=MOST_CONSTRAINTS, description="comparisons of settings; a cell is left out where one fails"
    )
    arms: Mapping[Name, Arm] = Field(min_length=1, max_length=MOST_ARMS, description="the settings compared")
    baseline: str = Field(description="the arm that the others are compared with")
    level: Annotated[float, Field(ge=0.5, lt=1)] = Field(0.95, description="level of the intervals")
    rope: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="equivalence margin, money per prospect: a difference in profit or surplus known to be "
        "within it is called equivalent; none when left out",
    )

    outputs: Outputs = Field(Outputs(), description="what is written besides the tables of each cell")
    extends: str | None = Field(
        None,
        description="a study that this one differs from, by name or path; what stands here goes before what it says",
    )

    @model_validator(mode="after")
    def _baseline_is_an_arm(self) -> "Study":
        if self.baseline not in self.arms:
            raise ValueError(f"baseline: '{self.baseline}' is not one of the arms {', '.join(self.arms)}")
        return self

    @model_validator(mode="after")
    def _plays_deals_or_a_market(self) -> "Study":
        if self.deals is None and self.replications is None:
            raise ValueError("has neither deals nor replications: one of them would be right")
        if self.deals is not None and self.replications is not None:
            raise ValueError(
                "has deals and replications: one of them would be right, deals to play them one by one, or "
                "replications to play the scenario's market"
            )
        if self.is_market and self.precision is not None and self.precision.population is not None:
            raise ValueError("precision.population goes with deals; with replications it should be left out")
        if self.is_market and self.outputs.deals:
            raise ValueError("outputs.deals goes with deals; with replications outputs.series would be right")
        if not self.is_market and self.outputs.series:
            raise ValueError("outputs.series goes with replications; with deals outputs.deals would be right")
        return self

    @property
    def is_market(self) -> bool:
        """Whether the scenario's market is played, as a whole, instead of deals one by one."""
        return self.replications is not None

    @property
    def keeps_series(self) -> bool:
        """Whether the days of its markets are kept: where the study says so, else where nothing is swept."""
        chosen = self.outputs.series
        return self.is_market and (self.sweep is None if chosen is None else chosen)

    @property
    def unit(self) -> Literal["deals", "replications"]:
        """What is counted: deals, or replications of a market."""
        return "replications" if self.is_market else "deals"

    @property
    def planned(self) -> int:
        """Deals, or replications of a market, in each arm of each cell; with a precision, the most there may be."""
        return self.replications or self.deals or 0

    def label(self, arm: str) -> str:
        """What tables and figures call the arm: its label, else its name."""
        return self.arms[arm].label or arm


def study_names() -> tuple[str, ...]:
    """The names of the studies that come with zopa, sorted."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.yaml")))


def load_study(name_or_path: str | Path, overrides: Overrides | None = None) -> Study:
    """Load a study that comes with zopa, by its name, or one from a file, by its path.

    What contains a path separator or ends in .yaml or .yml is a path, as is every ``Path``. Overrides are
    dotted paths and their values: of the study with the prefix ``study.``, as in ``{"study.deals": 500}``,
    else of the scenario in all arms, as in ``{"buyer.awareness": 0.7}``. Raises Fault.
    """
    path = Path(name_or_path) if is_path(name_or_path) else _bundled(str(name_or_path))
    own, of_scenario = _sorted_by_target(overrides or {})
    settings = override(_read(path), Study, own, COMMAND_LINE)
    study = build(settings, Study)
    if study.name != path.stem:
        raise Fault(f"{path}  name: '{study.name}' is not the name of the file; '{path.stem}' would be")
    return _with_scenario_settings(study, of_scenario)


def _read(path: Path) -> Settings:
    """The settings of a study's file over those of the study that it extends, with paths that hold from here."""
    own = _anchored(read_settings(path), path.parent)
    name = own.values.pop("extends", None)
    if name is None:
        return own
    place = own.places.get(("extends",), Place(str(path)))
    if not isinstance(name, str) or not name:
        return own._replace(problems=(*own.problems, Problem(place, ("extends",), "should be a study's name or path")))
    base_path = path.parent / name if is_path(name) else _bundled(name)
    if base_path.resolve() == path.resolve():
        raise Fault(str(Problem(place, ("extends",), "a study cannot extend itself")))
    base = _anchored(read_settings(base_path), base_path.parent)
    if "extends" in base.values:
        text = f"{base_path} extends another study itself; one level is allowed"
        raise Fault(str(Problem(place, ("extends",), text)))
    base.values.pop("name", None)
    return Settings(_over(base.values, own.values), {**base.places, **own.places}, (*base.problems, *own.problems))


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Settings over others: groups are joined name by name, anything else is replaced, and so is a whole sweep."""
    merged = dict(base)
    for name, value in own.items():
        below = base.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping) and name != "sweep"
        merged[name] = _over(below, value) if both else value  # type: ignore[arg-type]  # both are mappings
    return merged


def _anchored(settings: Settings, folder: Path) -> Settings:
    """The settings with the paths of scenario and plug-ins as they are from the current folder."""
    values = dict(settings.values)
    scenario, plugins = values.get("scenario"), values.get("plugins")
    if isinstance(scenario, str) and is_path(scenario):
        values["scenario"] = str(folder / scenario)
    if isinstance(plugins, list):
        values["plugins"] = [str(folder / each) if isinstance(each, str) else each for each in plugins]
    return settings._replace(values=values)


def changed(study: Study, overrides: Overrides) -> Study:
    """The study with overrides as ``load_study`` takes them, checked again. Raises Fault."""
    own, of_scenario = _sorted_by_target(overrides)
    settings = Settings(study.model_dump(mode="json", by_alias=True), {})
    return _with_scenario_settings(build(override(settings, Study, own, COMMAND_LINE), Study), of_scenario)


def with_plugins(study: Study, files: Iterable[str | Path]) -> Study:
    """The study with further files of policies and tactics, relative to the current folder."""
    return study.model_copy(update={"plugins": (*study.plugins, *map(str, files))})


def rules_of(study: Study) -> Catalogue:
    """The policies and tactics that the study may name: the project's own and its plug-ins. Raises Fault."""
    return rules_with(study.plugins)


def scenarios_of(study: Study, rules: Catalogue | None = None) -> tuple[Scenario, ...]:
    """The scenario of each arm: the file, the study's settings over it, the arm's over both. Raises Fault.

    ``rules`` are those of the study, where they are known already.
    """
    known = rules or rules_of(study)
    scenarios: list[Scenario] = []
    complaints: list[str] = []
    for name, arm in study.arms.items():
        settings = {**study.set, **arm.set}
        try:
            scenarios.append(load_scenario(study.scenario, settings, f"study {study.name}, arm {name}", known))
        except Fault as fault:
            complaints.append(str(fault))
    if complaints:
        raise together(complaints)
    _check_that_arms_can_be_compared(study, tuple(scenarios))
    return tuple(scenarios)


def together(faults: Iterable[str]) -> Fault:
    """One fault of the texts of several, each complaint with its hint told once."""
    complaints: list[str] = []
    for line in "\n".join(faults).split("\n"):
        if line.startswith(" ") and complaints:
            complaints[-1] += f"\n{line}"
        else:
            complaints.append(line)
    return Fault("\n".join(dict.fromkeys(complaints)))


def _check_that_arms_can_be_compared(study: Study, scenarios: tuple[Scenario, ...]) -> None:
    first = scenarios[0]
    for name, scenario in zip(study.arms, scenarios, strict=True):
        same = (scenario.currency, tuple(scenario.solutions)) == (first.currency, tuple(first.solutions))
        if not same:
            raise Fault(
                f"study {study.name}, arm {name}: its currency and the names of its solutions must be "
                f"those of the arm {next(iter(study.arms))}, or the two cannot be compared"
            )


def is_path(name: str | Path) -> bool:
    """Whether this is a path rather than the name of something that comes with zopa."""
    return isinstance(name, Path) or name.endswith(ENDINGS) or os.sep in name


def _sorted_by_target(overrides: Overrides) -> tuple[dict[str, object], dict[str, object]]:
    """Overrides of the study itself, without their prefix, and overrides of the scenario."""
    own = {path.removeprefix(STUDY_PREFIX): value for path, value in overrides.items() if _is_of_study(path)}
    return own, {path: value for path, value in overrides.items() if not _is_of_study(path)}


def _is_of_study(path: str) -> bool:
    return path.startswith(STUDY_PREFIX)


def _with_scenario_settings(study: Study, settings: Mapping[str, object]) -> Study:
    """The study with settings laid over those of every arm: what is said on the command line is said last."""
    if not settings:
        return study
    arms = {name: arm.model_copy(update={"set": {**arm.set, **settings}}) for name, arm in study.arms.items()}
    return study.model_copy(update={"arms": arms})


def _bundled(name: str) -> Path:
    if name not in study_names():
        text = f"there is no study named '{name}'; one of your own is given by its path, as in ./mine.yaml"
        raise Fault(f"{text}\n    {hint_at_names(name, study_names())}")
    return BUNDLED / f"{name}.yaml"
