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

  /* data-copy="#id" copies the text of another element, data-copy="" its own value attribute. */
  async function copy(button) {
    const source = button.dataset.copy && document.querySelector(button.dataset.copy);
    const text = source ? (source.value ?? source.textContent) : button.value;
    const label = button.dataset.label ?? (button.dataset.label = button.textContent);
    try {
      await navigator.clipboard.writeText(text.trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text to copy it";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  /* After a fragment is swapped in, the reader continues at its start: [data-focus], or the fragment itself. */
  function focusFragment(event) {
    const fragment = event.detail.elt;
    if (!(fragment instanceof HTMLElement) || fragment.contains(document.activeElement)) return;
    const target = fragment.matches("[data-focus]") ? fragment : fragment.querySelector("[data-focus]");
    if (!target) return;
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }

  function announceFailure() {
    const notice = document.getElementById("connection-notice");
    if (notice) notice.hidden = false;
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

  document.addEventListener("htmx:load", focusFragment);
  document.addEventListener("htmx:sendError", announceFailure);
  document.addEventListener("htmx:responseError", announceFailure);
  labelThemeButtons();
})();
