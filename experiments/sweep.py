"""Sweeps: which settings a study varies over its cells, and by which design.

The designs are a full grid, an explicit list, lists taken side by side, a Latin hypercube and a Sobol' sequence; the
last two by ``scipy.stats.qmc``, scrambled, with a seed of their own, so that the same design comes
with every seed of the study.
"""

import itertools
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agents.traits import Traits
from experiments.limits import MOST_CELLS, MOST_SEED, MOST_SWEPT

Point = Mapping[str, Any]
"""The settings of one cell: dotted paths and their values, in the order of the design."""

Columns = Annotated[Mapping[str, Annotated[tuple[Any, ...], Field(min_length=1)]], Field(min_length=1)]


class Span(Traits):
    """A range that a design draws a setting from."""

    low: float = Field(description="the lower end")
    high: float = Field(description="the upper end")
    scale: Literal["linear", "logarithmic", "whole"] = Field(
        "linear", description="how points are spread: evenly, evenly in the logarithm, or over whole numbers"
    )

    @model_validator(mode="after")
    def _ends_in_order(self) -> "Span":
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.scale == "logarithmic" and self.low <= 0:
            raise ValueError(f"low {self.low:g} has no logarithm; above 0 would be right")
        if self.scale == "whole" and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError(f"low {self.low:g} and high {self.high:g} should be whole numbers")
        return self

    def at(self, share: float) -> float | int:
        """The value at a share of the range, 0 to 1."""
        if self.scale == "whole":
            return int(min(self.high, self.low + math.floor(share * (self.high - self.low + 1))))
        if self.scale == "logarithmic":
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)


class Drawn(Traits):
    """A design that fills the ranges of several settings with few points."""

    points: Annotated[int, Field(ge=1, le=MOST_CELLS)] = Field(
        description="cells; of a Sobol' sequence best a power of 2"
    )
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = Field(0, description="which design; 0 is a seed")
    ranges: Mapping[str, Span] = Field(min_length=1, max_length=MOST_SWEPT, description="paths and their ranges")


class Sweep(Traits):
    """The settings that differ from cell to cell; exactly one design."""

    grid: Columns | None = Field(
        None, description="every combination of the values listed by path; the last varies fastest"
    )
    listed: tuple[Mapping[str, Any], ...] | None = Field(
        None, alias="list", min_length=1, max_length=MOST_CELLS, description="the settings of each cell, one by one"
    )
    side_by_side: Columns | None = Field(
        None, alias="zip", description="lists of equal length by path: the first values together, then the second …"
    )
    latin_hypercube: Drawn | None = Field(None, description="each range cut into as many parts as points, one in each")
    sobol: Drawn | None = Field(None, description="a scrambled Sobol' sequence: evenly spread in all ranges at once")

    @model_validator(mode="after")
    def _is_one_design(self) -> "Sweep":
        given = [name for name in ("grid", "list", "zip", "latin_hypercube", "sobol") if self._design(name)]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "has no design"
            raise ValueError(f"{found}; exactly one of grid, list, zip, latin_hypercube and sobol would be right")
        if self.side_by_side and len({len(values) for values in self.side_by_side.values()}) > 1:
            lengths = ", ".join(f"{path} {len(values)}" for path, values in self.side_by_side.items())
            raise ValueError(f"zip: the lists are of different lengths: {lengths}")
        if self.grid and math.prod(len(values) for values in self.grid.values()) > MOST_CELLS:
            raise ValueError(f"grid: more than {MOST_CELLS:,} cells")
        return self

    def _design(self, name: str) -> Any:
        return getattr(self, {"list": "listed", "zip": "side_by_side"}.get(name, name))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the settings that are swept."""
        if self.listed:
            return tuple(dict.fromkeys(path for point in self.listed for path in point))
        drawn = self.latin_hypercube or self.sobol
        return tuple(drawn.ranges if drawn else self.grid or self.side_by_side or ())


def points_of(sweep: Sweep | None) -> tuple[Point, ...]:
    """The settings of each cell in the order of the design; without a sweep one cell without settings."""
    if sweep is None:
        return ({},)
    if sweep.listed:
        return tuple(dict(point) for point in sweep.listed)
    if sweep.grid:
        return tuple(dict(zip(sweep.grid, values, strict=True)) for values in itertools.product(*sweep.grid.values()))
    if sweep.side_by_side:
        rows = zip(*sweep.side_by_side.values(), strict=True)
        return tuple(dict(zip(sweep.side_by_side, values, strict=True)) for values in rows)
    return _drawn(sweep)


def _drawn(sweep: Sweep) -> tuple[Point, ...]:
    from scipy.stats import qmc  # half a second to import

    design = sweep.latin_hypercube or sweep.sobol
    if design is None:
        raise ValueError("a sweep has one design")
    kind = qmc.LatinHypercube if sweep.latin_hypercube else qmc.Sobol
    sampler = kind(len(design.ranges), rng=design.seed) if _takes_rng() else kind(len(design.ranges), seed=design.seed)
    count = design.points
    if sweep.sobol:
        shares = sampler.random_base2(max(0, math.ceil(math.log2(count))))[:count]  # balanced where cut nowhere
    else:
        shares = sampler.random(count)
    return tuple(
        {path: span.at(float(share)) for (path, span), share in zip(design.ranges.items(), row, strict=True)}
        for row in shares
    )


def _takes_rng() -> bool:
    """Whether this scipy calls the seed ``rng``: it does so since 1.15."""
    import inspect

    from scipy.stats import qmc

    return "rng" in inspect.signature(qmc.Sobol.__init__).parameters
