"""A real Chromium for the tests of the page: `browser` opens pages, and tells what they asked for and complained of."""

import json
import os
import shutil
from pathlib import Path

import pytest

_SWITCHES = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,900",
]  # fmt: skip


class Browser:
    """One window.  `script` runs JavaScript; `trouble` and `requests` are of the page that was opened last."""

    def __init__(self, profile):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for switch in [*_SWITCHES, f"--user-data-dir={profile}"]:
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.get("about:blank")

    def open(self, path):
        """Open a file, and wait until the page says that it is ready."""
        from selenium.webdriver.support.wait import WebDriverWait

        for kind in ("browser", "performance"):
            self.driver.get_log(kind)  # what was before
        self.driver.get(Path(path).as_uri())
        if 'id="data"' in Path(path).read_text(encoding="utf-8"):
            WebDriverWait(self.driver, 30).until(lambda _: self.script("return document.documentElement.dataset.ready"))
        return self

    def script(self, text, *args):
        return self.driver.execute_script(text, *args)

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector, inside=None):
        return (inside or self.driver).find_elements("css selector", selector)

    def text(self, selector):
        return self.find(selector).text

    def keys(self, *keys, into="#stage"):
        self.find(into).send_keys(*keys)

    def double_click(self, element):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).double_click(element).perform()

    def box(self, label):
        """The box whose label for screen readers begins so."""
        return self.find(f'.box[aria-label^="{label}"]')

    @property
    def trouble(self):
        """What the page has complained of."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    @property
    def requests(self):
        """The addresses that the page has asked for."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing:
        text = f"{' and '.join(missing)} not on the PATH"
        if os.environ.get("AUTOGRAD_LITE_BROWSER") == "required":
            pytest.fail(text)
        pytest.skip(text)
    window = Browser(tmp_path_factory.mktemp("profile"))
    yield window
    window.driver.quit()
