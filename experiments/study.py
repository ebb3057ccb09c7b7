"""A study: a question asked of a scenario by playing the same buyers under several settings, its arms.

A study is a YAML file read into this frozen model, with the same errors as a scenario's (`sim.reading`).
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agents.catalogue import Catalogue
from agents.traits import Traits
from experiments.limits import LONGEST_LABEL, LONGEST_TITLE, MOST_ARMS, MOST_DEALS, MOST_PLUGINS, MOST_SEED
from sim.faults import Fault, hint_at_names
from sim.overrides import override
from sim.own_rules import rules_with
from sim.reading import COMMAND_LINE, ENDINGS, build, load_scenario, read
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
        description="which luck; null draws a seed and records it"
    )
    deals: Annotated[int, Field(ge=1, le=MOST_DEALS)] = Field(description="deals in each arm, the same buyers in all")
    set: Mapping[str, Any] = Field({}, description="scenario settings of all arms: dotted paths and their values")
    arms: Mapping[Name, Arm] = Field(min_length=1, max_length=MOST_ARMS, description="the settings compared")
    baseline: str = Field(description="the arm that the others are compared with")
    level: Annotated[float, Field(ge=0.5, lt=1)] = Field(0.95, description="level of the intervals")
    rope: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="equivalence margin, money per prospect: a difference in profit or surplus known to be "
        "within it is called equivalent; none when left out",
    )

    @model_validator(mode="after")
    def _baseline_is_an_arm(self) -> "Study":
        if self.baseline not in self.arms:
            raise ValueError(f"baseline: '{self.baseline}' is not one of the arms {', '.join(self.arms)}")
        return self

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
    study = read(path, Study, own)
    if study.name != path.stem:
        raise Fault(f"{path}  name: '{study.name}' is not the name of the file; '{path.stem}' would be")
    here: dict[str, Any] = {"plugins": tuple(str(path.parent / plugin) for plugin in study.plugins)}
    if is_path(study.scenario):
        here["scenario"] = str(path.parent / study.scenario)
    study = study.model_copy(update=here)
    return _with_scenario_settings(study, of_scenario)


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
    scenarios = tuple(
        load_scenario(study.scenario, {**study.set, **arm.set}, f"study {study.name}, arm {name}", known)
        for name, arm in study.arms.items()
    )
    _check_that_arms_can_be_compared(study, scenarios)
    return scenarios


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
