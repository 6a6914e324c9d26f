"""A headless Chromium driven over its DevTools pipe, with Python's standard library alone.

    with Browser() as browser:
        page = browser.open("file:///tmp/report.html")
        page.evaluate("document.title")
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowUp": 38, "ArrowDown": 40}


class BrowserError(Exception):
    """The browser said no, or said nothing."""


def find_browser():
    """The path of a Chromium, or None; R2RANK_CHROMIUM names one."""
    named = os.environ.get("R2RANK_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def high(descriptor):
    """The same pipe end under a number that cannot be 3 or 4, which the browser wants its own ends at."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)
    os.close(descriptor)
    return moved


class Browser:
    def __init__(self, program=None):
        self.program = program or find_browser()
        self.profile = tempfile.mkdtemp(prefix="r2rank_browser_")
        (commands_out, self.to_browser), (self.from_browser, answers_in) = os.pipe(), os.pipe()
        commands_out, answers_in, self.to_browser, self.from_browser = map(
            high, (commands_out, answers_in, self.to_browser, self.from_browser))

        def hand_over():
            os.dup2(commands_out, 3)
            os.dup2(answers_in, 4)

        flags = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
                 "--disable-background-networking", "--disable-dev-shm-usage", "--force-color-profile=srgb", f"--user-data-dir={self.profile}"]
        self.process = subprocess.Popen([self.program, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=hand_over, pass_fds=(3, 4))
        os.close(commands_out)
        os.close(answers_in)
        self.count, self.pending, self.events = 0, b"", []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", limit=5)
            self.process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        for descriptor in (self.to_browser, self.from_browser):
            os.close(descriptor)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _receive(self, deadline):
        while b"\0" not in self.pending:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.from_browser], [], [], left)[0]:
                raise BrowserError("no answer in time")
            block = os.read(self.from_browser, 1 << 20)
            if not block:
                raise BrowserError(f"{self.program} ended")
            self.pending += block
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, limit=60, **parameters):
        self.count += 1
        command = {"id": self.count, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        self._write_all(command)
        deadline = time.monotonic() + limit
        while True:
            message = self._receive(deadline)
            if message.get("id") == command["id"]:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def _write_all(self, command):
        data = memoryview(json.dumps(command).encode() + b"\0")
        while data:
            data = data[os.write(self.to_browser, data):]

    def wait_for(self, method, session, limit=60):
        deadline = time.monotonic() + limit
        while not any(event["method"] == method and event.get("sessionId") == session for event in self.events):
            message = self._receive(deadline)
            if "method" in message:
                self.events.append(message)

    def open(self, address, width=1280, height=900):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        self.events.clear()
        page.call("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired", session)
        page.settle()
        return page


class Page:
    """One tab."""

    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def evaluate(self, expression, limit=60):
        """The value of a JavaScript expression; promises are waited for."""
        answer = self.browser.call("Runtime.evaluate", self.session, limit, expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def settle(self):
        """Two frames: what observers of size and place draw is there."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")

    def resize(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def media(self, **features):
        """`prefers_color_scheme="dark"`; `media="print"`."""
        medium = features.pop("media", "")
        self.call("Emulation.setEmulatedMedia", media=medium,
                  features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def press(self, key):
        """A key by its name ("Tab"), or a character that is typed."""
        common = {"key": key, "code": key if key in KEYS else "", "windowsVirtualKeyCode": KEYS.get(key, 0)}
        text = {"Enter": "\r"}.get(key, "" if key in KEYS else key)
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        for character in text:
            self.press(character)

    def screenshot(self, path, whole=True):
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole,
                           **({"clip": self._everything()} if whole else {}))
        path.write_bytes(base64.b64decode(answer["data"]))

    def _everything(self, highest=16000):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], highest), "scale": 1}

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])

    def troubles(self):
        """What the page complained of: exceptions, errors on the console, refusals of its content policy."""
        texts = []
        for event in self.browser.events:
            parameters = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                texts.append(details.get("exception", {}).get("description", details["text"]))
            if event["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                texts.append(parameters["entry"]["text"])
            if event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
                texts.append(str([argument.get("value", argument.get("description")) for argument in parameters["args"]]))
        return texts

    def requests(self):
        """Addresses that the page asked for, its own aside."""
        sent = [event["params"]["request"]["url"] for event in self.browser.events if event["method"] == "Network.requestWillBeSent"]
        return [address for address in sent[1:] if not address.startswith("data:")]
