/* Runs before the page is painted, so that a reader's chosen theme never flashes the other one. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    /* Storage is blocked: the system's preference stands. */
  }
})();
