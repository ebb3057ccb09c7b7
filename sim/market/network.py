"""Who knows whom: the network that word of mouth travels on. Shapes are networkx's, their luck is the project's."""

import math

import networkx
import numpy as np

from agents.competition import opinion_after
from sim.fate import Purpose
from sim.market.chance import drawn
from sim.market.settings import Reputation


def acquaintances(settings: Reputation, seed: int) -> networkx.Graph:
    """The network of a market's people, numbered from 0: a function of its settings and the seed."""
    toss, _, _, _ = drawn(np.uint64(seed), Purpose.NETWORK.value, 0, 0)
    number = math.floor(toss * 2**32)
    people, knows = settings.people, settings.acquaintances
    if settings.topology == "small_world":
        return networkx.watts_strogatz_graph(people, knows, settings.rewired, seed=number)
    if settings.topology == "scale_free":
        return networkx.barabasi_albert_graph(people, max(1, knows // 2), seed=number)
    if settings.topology == "random":
        return networkx.fast_gnp_random_graph(people, min(1.0, knows / (people - 1)), seed=number)
    if settings.topology == "ring":
        return networkx.watts_strogatz_graph(people, knows, 0.0, seed=number)
    return networkx.complete_graph(people)


def spread(
    opinions: np.ndarray, network: networkx.Graph, settings: Reputation, person: int, seller: int, experience: float
) -> None:
    """Change ``opinions`` by what a person experienced with a seller: its own, and those of whom it tells."""
    opinions[person, seller] = opinion_after(opinions[person, seller], experience, settings.experience)
    if settings.word_of_mouth > 0.0:
        told = list(network.adj[person])
        before = opinions[told, seller]
        opinions[told, seller] = before + settings.word_of_mouth * (experience - before)
