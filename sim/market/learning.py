"""Sellers review their price policy now and then, all on the same day, by what each earned since the last review."""

import numpy as np

from agents.learning import best_arm, draw_from, imitates, logit_shares
from sim.fate import Purpose
from sim.market.books import Books
from sim.market.chance import drawn
from sim.market.settings import Learning


class Learners:
    """The sellers as those who may change their policy; ``policy_of`` is theirs to change."""

    def __init__(self, settings: Learning, names: list[str], policy_of: np.ndarray, seed: int) -> None:
        self.settings, self.policy_of, self._seed = settings, policy_of, np.uint64(seed)
        self.arms = sorted(set(policy_of.tolist()), key=lambda number: names[number])
        sellers = len(policy_of)
        self._profit_before = np.zeros(sellers)
        self._totals = np.zeros((sellers, len(self.arms)))
        self._times = np.zeros((sellers, len(self.arms)), int)

    def review(self, day: int, books: Books) -> None:
        """Let each seller keep its policy or take another one, by earnings since the last review."""
        profit = np.asarray(books.selling["profit"])
        earned = (profit - self._profit_before) / self.settings.review_days
        self._profit_before = profit.copy()
        if self.settings.rule == "none":
            return
        scale = float(np.abs(earned).mean())
        number = day // self.settings.review_days
        held = np.array([self.arms.index(policy) for policy in self.policy_of])
        for seller in range(len(held)):
            self._totals[seller, held[seller]] += earned[seller]
            self._times[seller, held[seller]] += 1
        chosen = [self._choose(seller, number, earned, held, scale) for seller in range(len(held))]
        self.policy_of[:] = [self.arms[arm] for arm in chosen]

    def _choose(self, seller: int, number: int, earned: np.ndarray, held: np.ndarray, scale: float) -> int:
        """The arm that a seller plays from now on."""
        settings, arms = self.settings, len(self.arms)
        looks, whom, decides, tries = drawn(self._seed, Purpose.LEARNING.value, seller, number)
        if tries < settings.mutation:
            return min(arms - 1, int(tries / settings.mutation * arms))
        if settings.rule == "bandit":
            return best_arm(self._totals[seller], self._times[seller], scale, settings.sharpness, decides)
        if looks >= settings.rate:
            return int(held[seller])
        if settings.rule == "imitation":
            other = (seller + 1 + int(whom * (len(held) - 1))) % len(held)
            adopts = imitates(earned[seller], earned[other], scale, settings.sharpness, decides)
            return int(held[other] if adopts else held[seller])
        shares = np.bincount(held, minlength=arms) / len(held)
        means = [float(earned[held == arm].mean()) if (held == arm).any() else np.nan for arm in range(arms)]
        return draw_from(list(logit_shares(means, list(shares), scale, settings.sharpness)), decides)
