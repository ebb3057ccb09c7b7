"""The logic of the pages with several simulated users, without a browser."""

import asyncio

import pytest
import pytest_asyncio
from nicegui import ui
from nicegui.testing.user_simulation import user_simulation

from teaching.pages import all as pages

PASSWORD = "open sesame"


@pytest_asyncio.fixture
async def user(tmp_path, monkeypatch):
    monkeypatch.setenv("NICEGUI_STORAGE_PATH", str(tmp_path))
    async with user_simulation() as simulated:
        pages.register(tmp_path, PASSWORD)
        yield simulated


async def seen(user, text, patience=300):
    """Wait until a text is on the page."""
    for _ in range(patience):
        try:
            await user.should_see(text, retries=1)
            return
        except AssertionError:
            await asyncio.sleep(0.1)
    await user.should_see(text)


@pytest.mark.asyncio
async def test_the_console_opens_to_the_password_alone(user):
    await user.open("/teacher")
    await seen(user, "Password")
    user.find(kind=ui.input).type("nonsense")
    user.find("Open").click()
    await seen(user, "That is not the password")
    await user.should_not_see("Make it")


@pytest.mark.asyncio
async def test_a_lesson_waits_for_a_prediction(user):
    await user.open("/lessons/5_when_early_is_right")
    await seen(user, "1 Predict")
    await user.should_not_see("2 Run")
    user.find(kind=ui.radio).elements.pop().set_value("It makes no difference")
    user.find("Run it").click()
    await seen(user, "2 Run")
    await user.should_not_see("3 Explain")
    user.find("Explain").click()
    await seen(user, "3 Explain")
