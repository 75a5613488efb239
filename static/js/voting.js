/* Voting without losing anything: what cannot be sent waits on this device; and keys vote. Every page works
   without this file.

   A form with data-kept is written down before it is sent and crossed out when the server has answered. Sending
   twice does no harm: the server keeps one vote per person and statement. */
(() => {
  const SHELF = `waiting:${location.pathname.split("/").slice(0, 3).join("/")}`;
  const TRY_LATER = new Set([0, 403, 408, 425, 429, 500, 502, 503, 504]);
  const SHOWN = new Set([409, 422]);
  const TOO_SOON = 400;
  const FIRST_PAUSE = 2000;
  const LONGEST_PAUSE = 60000;
  const LONGEST_WISH = 600000;
  let memory = [];
  let direct = "";
  let isSending = false;
  let timer = 0;
  let pause = FIRST_PAUSE;
  let lastKey = "";

  function read() {
    try {
      return JSON.parse(localStorage.getItem(SHELF) ?? "[]");
    } catch {
      return memory;
    }
  }

  function write(entries) {
    memory = entries;
    try {
      if (entries.length) localStorage.setItem(SHELF, JSON.stringify(entries));
      else localStorage.removeItem(SHELF);
    } catch {
      /* Storage is blocked: what waits lives as long as this page. */
    }
  }

  /* A vote and its undo are about one statement: the later one takes the place of the earlier one. */
  function subject(path, form) {
    return path.replace(/(vote|withdraw)\/$/, "") + (form.get("text") ?? "");
  }

  function keep(entry) {
    write([...read().filter((other) => other.subject !== entry.subject), entry]);
  }

  function cross(id) {
    write(read().filter((entry) => entry.id !== id));
  }

  function show(state) {
    const box = document.getElementById("waiting");
    if (!box) return;
    box.hidden = !state;
    box.classList.toggle("notice--warning", state !== "sent");
    box.classList.toggle("notice--success", state === "sent");
    for (const line of box.querySelectorAll("[data-waiting]")) line.hidden = line.dataset.waiting !== state;
    document.getElementById("send-now").hidden = state !== "one" && state !== "more";
  }

  /* Not before the server wishes: it says in how many seconds it takes more. */
  function wait(seconds) {
    show(read().length > 1 ? "more" : "one");
    clearTimeout(timer);
    timer = setTimeout(sendAll, Math.max(pause, Math.min(1000 * (Number(seconds) || 0), LONGEST_WISH)));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  /* A region that is there from the beginning, so that screen readers say what comes into it. */
  function tell(text) {
    const told = document.getElementById("told");
    if (told) told.textContent = text ?? "";
  }

  function tellOutcome(path) {
    const isUndone = path.endsWith("/withdraw/");
    const outcome = document.querySelector("#card [data-told]")?.textContent.replace(/\s+/g, " ").trim();
    tell(isUndone ? document.getElementById("told")?.dataset.undone : outcome);
  }

  /* The card stays, with the choice that waits marked. */
  function mark(choice) {
    for (const button of document.querySelectorAll("#vote [name=choice]")) {
      if (button.value === choice) button.setAttribute("aria-pressed", "true");
      else button.removeAttribute("aria-pressed");
    }
  }

  async function post(entry) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    const headers = { "HX-Request": "true", ...(token && { "X-CSRFToken": token }) };
    const body = new URLSearchParams(entry.body);
    if (token) body.set("csrfmiddlewaretoken", token);
    return fetch(entry.path, { method: "POST", headers, body });
  }

  /* A refusal says where its reason is to be shown; sending the same again would not change it. */
  function isForLater(status, place) {
    return TRY_LATER.has(status) && !(status === 403 && place);
  }

  /* The page shows the answer to the last of what waited, and every reason for a refusal. */
  async function showAnswer(entry, response) {
    const place = response.headers.get("HX-Retarget");
    const isWanted = response.ok ? !read().length : SHOWN.has(response.status) || place;
    const target = place ?? entry.target;
    if (isWanted && document.querySelector(target)) {
      htmx.swap(target, await response.text(), { swapStyle: place ? "innerHTML" : "outerHTML" });
    }
  }

  /* What was neither kept nor refused with a reason: the page is older than what it is about. */
  function isLost(status, place) {
    return status >= 400 && !SHOWN.has(status) && !place;
  }

  /* Send what waits, one after the other, oldest first; stop at the first that does not arrive. */
  async function sendAll() {
    if (isSending || direct || !read().length) return;
    isSending = true;
    let outcome = "sent";
    document.getElementById("refusal")?.replaceChildren();
    try {
      for (let entry = read()[0]; entry; entry = read()[0]) {
        const response = await post(entry);
        const place = response.headers.get("HX-Retarget");
        if (isForLater(response.status, place)) return wait(response.headers.get("Retry-After"));
        cross(entry.id);
        if (isLost(response.status, place)) outcome = "lost";
        else if (!response.ok && outcome === "sent") outcome = "refused";
        await showAnswer(entry, response);
      }
      pause = FIRST_PAUSE;
      show(outcome);
    } catch {
      wait();
    } finally {
      isSending = false;
    }
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (!elt.matches("[data-kept]")) return;
    const id = `${Date.now()}-${Math.random()}`;
    keep({
      id,
      subject: subject(requestConfig.path, requestConfig.formData),
      path: requestConfig.path,
      body: new URLSearchParams(requestConfig.formData).toString(),
      target: elt.getAttribute("hx-target"),
    });
    if (read().length < 2 && !isSending) {
      direct = requestConfig.keptAs = id;
      return;
    }
    event.preventDefault(); /* It takes its turn behind what waits. */
    mark(requestConfig.formData.get("choice"));
    if (!isSending && !direct) sendAll();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (!requestConfig.keptAs) return;
    direct = "";
    const place = xhr.getResponseHeader("HX-Retarget");
    if (isForLater(xhr.status, place)) {
      mark(requestConfig.formData.get("choice"));
      wait(xhr.getResponseHeader("Retry-After"));
      return;
    }
    cross(requestConfig.keptAs);
    pause = FIRST_PAUSE;
    if (read().length) sendAll();
    else show(isLost(xhr.status, place) ? "lost" : "");
    if (xhr.status < 300) tellOutcome(requestConfig.path);
  });

  /* A reason stands at the top of the page, above what somebody just pressed. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const isWaiting = requestConfig?.keptAs && isForLater(xhr.status, "explained");
    if (event.target.id === "refusal" && !isWaiting) event.target.scrollIntoView({ block: "center" });
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 403 && event.detail.xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true;
    }
  });

  /* The second press of a double tap, and a key struck twice, were meant for the card before: nobody has read
     the new one yet. */
  document.addEventListener("htmx:load", (event) => {
    const card = event.detail.elt;
    if (card.id !== "card") return;
    card.dataset.fresh = "";
    setTimeout(() => {
      delete card.dataset.fresh;
      lastKey = "";
    }, TOO_SOON);
  });

  /* Single keys, which can be switched off: a person who speaks to their computer may set one off. */
  const areKeysOn = () => {
    try {
      return localStorage.getItem("keys") !== "off";
    } catch {
      return true;
    }
  };

  function switchKeys(isOn) {
    try {
      localStorage.setItem("keys", isOn ? "on" : "off");
    } catch {
      /* Storage is blocked: keys stay as they are. */
    }
  }

  /* The letters are the same in every language; screen readers name them while they are switched on. */
  function nameKeys() {
    for (const button of document.querySelectorAll("#card [data-key]")) {
      if (areKeysOn()) button.setAttribute("aria-keyshortcuts", button.dataset.key.toUpperCase());
      else button.removeAttribute("aria-keyshortcuts");
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !areKeysOn()) return;
    if (event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox])")) return;
    const button = document.querySelector(`#card [data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    event.preventDefault();
    if (button.closest("[data-fresh]") && event.key === lastKey) return;
    lastKey = event.key;
    button.click();
  });

  document.addEventListener("click", (event) => {
    if (event.target.id === "keys-switch") {
      switchKeys(event.target.checked);
      nameKeys();
    }
    if (event.target.closest("#send-now")) sendAll();
  });
  /* Whoever deletes their data does not want what waits to be sent afterwards. */
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-forgets]")) write([]);
  });
  document.addEventListener("htmx:load", nameKeys);
  addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());

  const keys = document.getElementById("keys");
  if (keys && matchMedia("(hover: hover) and (pointer: fine)").matches) {
    keys.hidden = false;
    document.getElementById("keys-switch").checked = areKeysOn();
  }
  if (read().length) wait();
  if (read().length) sendAll();
})();
