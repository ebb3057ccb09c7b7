"""Shared by all tests: makes the helpers in this folder importable, and adds the option that rewrites golden files."""

import pytest
from hypothesis import settings

# How long an example takes depends on the machine, and on whether something has to be compiled first.
settings.register_profile("zopa", deadline=None)
settings.load_profile("zopa")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write the golden transcripts anew instead of comparing")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))
