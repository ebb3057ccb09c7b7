"""Shared by all tests: makes the helpers in this folder importable, and adds the option that rewrites golden files."""

import pytest
from hypothesis import settings

# How long an example takes depends on the machine, and on whether something has to be compiled first. A revision that
# passed passes again: examples follow from the tests alone. `pytest --hypothesis-profile explore` looks for new ones.
settings.register_profile("zopa", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("zopa")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write the golden transcripts anew instead of comparing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "long" not in item.keywords)


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))
