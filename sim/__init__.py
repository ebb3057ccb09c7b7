"""From a scenario to a table of outcomes.

This room knows how a sale runs: the record of a deal, the steps of the sales process, the protocols of
negotiation, luck, and the clocks that drive them. It knows nothing of studies, statistics or figures.
"""

import agents


def _check_that_agents_is_ours() -> None:
    """Raise an ImportError that says what to do when another package named ``agents`` was found first."""
    if getattr(agents, "PROJECT", None) != "zopa":
        raise ImportError(
            f"zopa found another package named 'agents', at {getattr(agents, '__file__', None)}.\n"
            "The distribution 'openai-agents' ships one, for example. Run zopa from its own checkout with\n"
            "'uv run zopa', which uses an environment of its own, or uninstall the other package."
        )


_check_that_agents_is_ours()
