"""A headless Chromium for tests, and what its logs say."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--window-size=1280,1000",
)
INSTALL = "no chromium and chromedriver: apt-get install chromium chromium-driver"


@contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """A browser with a new profile. Without one the test is skipped, or fails where
    CHECKER_BROWSER=required says that there has to be one."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        if os.environ.get("CHECKER_BROWSER") == "required":
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = browser
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        opened = webdriver.Chrome(options=options, service=Service(driver))
        try:
            yield opened
        finally:
            opened.quit()


def opened(browser: webdriver.Chrome, page: Path, **query: str) -> webdriver.Chrome:
    """The browser at the page, with logs that hold nothing of pages before it."""
    browser.get_log("performance")
    browser.get_log("browser")
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    browser.get(f"{page.as_uri()}?{asked}")
    return browser


def complaints(browser: webdriver.Chrome) -> list[str]:
    """What the console holds: errors, and what the content security policy refused."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser: webdriver.Chrome) -> list[str]:
    """The addresses that the page has asked for."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
