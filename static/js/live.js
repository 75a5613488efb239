/* Pages that follow what happens while somebody looks on. Every page works without this file.

   [data-live="address"] is asked for again now and then, and replaced if it changed: the server answers 304 if
   not. Nothing is asked while the page is hidden, and nothing more once a fragment comes without data-live. */
(() => {
  const PAUSE = 20000;
  const LONGEST_PAUSE = 300000;
  const GONE = new Set([401, 403, 404, 410]);
  let pause = PAUSE;
  let timer = 0;
  let asking = null;
  let askedAt = performance.now();

  const regions = () => [...document.querySelectorAll("[data-live]")];

  /* Between one and one and a half pauses, so that a crowd that came together does not ask together. */
  function plan() {
    clearTimeout(timer);
    if (document.hidden || !regions().length) return;
    const due = pause * (1 + Math.random() / 2) - (performance.now() - askedAt);
    timer = setTimeout(lookAround, Math.max(1000, due));
  }

  function stop() {
    clearTimeout(timer);
    asking?.abort();
  }

  async function lookAround() {
    askedAt = performance.now();
    asking = new AbortController();
    try {
      for (const region of regions()) await look(region, asking.signal);
      pause = PAUSE;
    } catch {
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
    plan();
  }

  async function look(region, signal) {
    const headers = { "HX-Request": "true", "If-None-Match": region.dataset.liveEtag ?? "" };
    const response = await fetch(region.dataset.live, { headers, signal, cache: "no-store", redirect: "error" });
    if (response.status === 304) return;
    if (GONE.has(response.status)) region.removeAttribute("data-live");
    else if (response.ok) replace(region, await response.text());
    else throw new Error(`status ${response.status}`);
  }

  /* What somebody is reading by keyboard is left alone until the next time; what they unfolded stays unfolded. */
  function replace(region, text) {
    if (region.querySelector(":focus-visible")) return;
    const unfolded = [...region.querySelectorAll("details")].map((details) => details.open);
    const id = region.id;
    htmx.swap(region, text, { swapStyle: "outerHTML" });
    document.getElementById(id)?.querySelectorAll("details").forEach((details, place) => {
      details.open = unfolded[place] ?? details.open;
    });
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : plan()));
  document.addEventListener("htmx:load", plan);
  plan();
})();
