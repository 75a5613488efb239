"""How long a slow phone waits for the first card, and how much it loads before the first vote.

    python benchmarks/first_card.py http://127.0.0.1:8000/c/demo/

Chromium as a phone of 390 × 844 pixels: its processor slowed four times, 1.6 Mbit/s down, 750 kbit/s up and
150 ms to the server and back, nothing cached. The card is there when the page with its buttons is first
painted. The site is to be served as it is for people (`make demo` or `make serve`), on a machine with little
else to do.
"""

import argparse
import statistics
from dataclasses import dataclass
from shutil import which

from playwright.sync_api import Browser, Page, sync_playwright

PHONE = {"width": 390, "height": 844}
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@dataclass(frozen=True)
class Visit:
    """One first visit: when the card was painted, when all was loaded, and the bytes of each thing."""

    painted_ms: float
    loaded_ms: float
    bytes_by_kind: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("address", help="of a conversation that shows its first card at once")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        visits = [visit_once(browser, given.address) for _run in range(given.runs)]
        browser.close()
    show(visits)


def visit_once(browser: Browser, address: str) -> Visit:
    """Open the page in a browser that has never been there."""
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = context.new_page()
    loaded = count_bytes(page)
    page.goto(address, wait_until="networkidle")
    page.locator("#card .vote-bar__button").first.wait_for(state="visible")
    visit = Visit(
        painted_ms=page.evaluate(FIRST_PAINT),
        loaded_ms=page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"),
        bytes_by_kind=loaded,
    )
    context.close()
    return visit


def count_bytes(page: Page) -> dict[str, int]:
    """Slow the page down, and count what arrives: headers and bodies, as compressed on the way."""
    kinds: dict[str, str] = {}
    loaded: dict[str, int] = {}

    def note(event: dict[str, object]) -> None:
        kind = kinds.get(str(event["requestId"]), "Other")
        loaded[kind] = loaded.get(kind, 0) + int(str(event["encodedDataLength"]).split(".")[0])

    session = page.context.new_cdp_session(page)
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on("Network.loadingFinished", note)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return loaded


def show(visits: list[Visit]) -> None:
    def median(values: list[float]) -> str:
        return f"{statistics.median(values):.0f}"

    kinds = sorted({kind for visit in visits for kind in visit.bytes_by_kind})
    print("| what | median of", len(visits), "|\n|---|---|")
    print(f"| first card painted | {median([visit.painted_ms for visit in visits])} ms |")
    print(f"| everything loaded | {median([visit.loaded_ms for visit in visits])} ms |")
    for kind in kinds:
        print(f"| {kind} | {median([visit.bytes_by_kind.get(kind, 0) for visit in visits])} bytes |")
    print(f"| together | {median([sum(visit.bytes_by_kind.values()) for visit in visits])} bytes |")


if __name__ == "__main__":
    main()
