"""Lessons: Markdown files that a teacher can edit: predict, run, explain.

A lesson's file opens with a head between lines of ``---``, in YAML, and has three parts under the headings ``Predict``,
``Run`` and ``Explain``. The head says what is compared:

    title: The opening question
    minutes: 5
    scenario: b2b_software          # a bundled scenario
    first: on_first_ask             # two price policies
    second: after_needs_analysis
    set: {buyer.awareness: 0.6}     # settings of both sellers' market; may be left out, as may first_set, second_set
    labels: [early, late]           # what the two are called; by their policies if left out
    sliders: [buyer.awareness]      # traits that the student may move
    better: second                  # who earns more per buyer before a slider is moved: a test plays it
    choices: [...]                  # what may be predicted, in the student's words
    market: market_software         # a scenario with a market, to go on in afterwards; may be left out

Everything that is wrong with a file is told with its name. No lesson says what comes out: that the student runs.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.faults import Fault
from sim.reading import scenario_names
from teaching.comparing import Side, Sides, sides_of
from teaching.markets import market, trait
from teaching.prepared import RULES, with_policy
from teaching.town import towns

HERE = Path(__file__).parent / "lessons"
HEAD = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
PART = re.compile(r"^## (Predict|Run|Explain)\s*$", re.MULTILINE)
PARTS = ("Predict", "Run", "Explain")


class Lesson(BaseModel):
    """One lesson; texts are Markdown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str = Field(min_length=1, max_length=120)
    minutes: Annotated[int, Field(ge=1, le=90)] = 5
    scenario: str
    first: str
    second: str
    set: Mapping[str, float] = {}
    first_set: Mapping[str, float] = {}
    second_set: Mapping[str, float] = {}
    labels: tuple[str, str] | None = None
    sliders: tuple[str, ...] = Field(min_length=1, max_length=6)
    better: Literal["first", "second"]
    choices: tuple[str, ...] = Field(min_length=2, max_length=6)
    market: str = ""
    predict: str
    run: str
    explain: str

    def sides(self, changes: Mapping[str, float]) -> Sides:
        """The two sellers compared, with the sliders where the student has them."""
        made = []
        for policy, own in ((self.first, self.first_set), (self.second, self.second_set)):
            scenario = market(self.scenario, {**self.set, **changes, **own})
            made.append(with_policy(scenario, policy))
        labels = self.labels or tuple(side.label for side in sides_of(made[0], self.first, self.second))
        return Side(labels[0], made[0]), Side(labels[1], made[1])


@lru_cache(maxsize=1)
def lessons() -> tuple[Lesson, ...]:
    """The lessons that come with zopa, in the order of their files' names. Raises Fault."""
    return tuple(read_lesson(path) for path in sorted(HERE.glob("*.md")))


def lesson(name: str) -> Lesson:
    """The lesson of that name. Raises Fault where there is none."""
    for each in lessons():
        if each.name == name:
            return each
    raise Fault(f"there is no lesson named '{name[:60]}'; one of {', '.join(each.name for each in lessons())}")


def read_lesson(path: Path) -> Lesson:
    """A lesson from its file. Raises Fault with the file's name and what would be right."""
    found = HEAD.match(path.read_text(encoding="utf-8"))
    if found is None:
        raise Fault(f"{path}  a lesson opens with a head between two lines of ---")
    try:
        head = yaml.safe_load(found[1])
        made = Lesson.model_validate({"name": path.stem, **_as_mapping(head, path), **_parts(found[2], path)})
    except yaml.YAMLError as error:
        raise Fault(f"{path}  the head is not YAML: {str(error).splitlines()[0]}") from None
    except ValidationError as error:
        told = "\n".join(f"{path}  {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise Fault(told) from None
    _check(made, path)
    return made


def _as_mapping(head: Any, path: Path) -> dict[str, Any]:
    if not isinstance(head, dict):
        raise Fault(f"{path}  the head is no list of names and values")
    return head


def _parts(text: str, path: Path) -> dict[str, str]:
    pieces = PART.split(text)
    names = tuple(pieces[1::2])
    if names != PARTS:
        raise Fault(f"{path}  has the parts {', '.join(names) or 'none'}; ## {', ## '.join(PARTS)} would be right")
    return {name.lower(): content.strip() for name, content in zip(names, pieces[2::2], strict=True)}


def _check(made: Lesson, path: Path) -> None:
    """Refuse names that do not exist."""
    if made.scenario not in scenario_names():
        raise Fault(f"{path}  scenario: there is none named '{made.scenario}'; one of {', '.join(scenario_names())}")
    for policy in (made.first, made.second):
        if policy not in RULES.price_policies:
            raise Fault(f"{path}  '{policy}' is not a price policy; one of {', '.join(RULES.price_policies)}")
    if made.market and made.market not in towns():
        raise Fault(f"{path}  market: '{made.market}' has none; one of {', '.join(towns())}")
    for slider in made.sliders:
        trait(slider)
    made.sides({})
