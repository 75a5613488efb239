/* Small comforts. Every page works without this file. */
(() => {
  const root = document.documentElement;
  const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark());

  function labelThemeButtons() {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.setAttribute("aria-pressed", String(isDark()));
    }
  }

  function toggleTheme() {
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      /* Storage is blocked: the choice lasts for this page. */
    }
    labelThemeButtons();
  }

  /* data-copy="#id" copies the text or value of another element. */
  async function copy(button) {
    const source = document.querySelector(button.dataset.copy);
    if (!source || button.dataset.busy) return;
    const label = [...button.childNodes];
    button.dataset.busy = "true";
    try {
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
      button.replaceChildren(document.body.dataset.copied);
    } catch {
      button.replaceChildren(document.body.dataset.notCopied);
    }
    setTimeout(() => {
      button.replaceChildren(...label);
      delete button.dataset.busy;
    }, 2000);
  }

  /* When htmx replaces what had the focus, the reader continues at [data-focus] of the new fragment, not of
     what changed beside it. */
  function focusFragment(event) {
    const fragment = event.detail.elt;
    if (fragment === document.body || document.activeElement !== document.body) return;
    if (fragment.matches("[data-beside]")) return;
    const target = fragment.matches("[data-focus]") ? fragment : fragment.querySelector("[data-focus]");
    if (!target) return;
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }

  /* What is marked data-kept is not lost: voting.js says so instead. */
  function announceFailure(event) {
    if (event.detail.elt.closest("[data-kept]")) return;
    const notice = document.getElementById("connection-notice");
    if (notice) notice.hidden = false;
  }

  /* A long constitution has many pages: an old link to #principle-70 leads on to the page it stands on. */
  function findPrinciple() {
    const list = document.querySelector("[data-principle-address]");
    const number = /^#principle-(\d+)$/.exec(location.hash)?.[1];
    if (!list || !number || document.getElementById(`principle-${number}`)) return;
    if (Number(number) > 0 && Number(number) <= Number(list.dataset.count)) {
      location.replace(list.dataset.principleAddress.replace("/0/", `/${Number(number)}/`));
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle], [data-copy]");
    if (!button) return;
    if (button.hasAttribute("data-theme-toggle")) toggleTheme();
    else copy(button);
  });

  document.addEventListener("submit", (event) => {
    const asked = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (asked && !confirm(asked)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  /* What is asked again and again is not asked while nobody can see it. */
  function restWhileHidden(event) {
    if (document.hidden && event.target.matches("[hx-trigger^='every']")) event.preventDefault();
  }

  document.addEventListener("htmx:beforeRequest", restWhileHidden);
  document.addEventListener("htmx:load", focusFragment);
  document.addEventListener("htmx:sendError", announceFailure);
  document.addEventListener("htmx:responseError", announceFailure);
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  labelThemeButtons();
  findPrinciple();
})();
