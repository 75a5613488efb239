/* Keys for those who label pairs. They can be switched off: a person who speaks to their computer may set one
   off. The page works without this file. */
(() => {
  const read = () => {
    try {
      return localStorage.getItem("keys") !== "off";
    } catch {
      return true;
    }
  };

  const keys = document.getElementById("keys");
  const box = document.getElementById("keys-switch");
  if (!keys) return;

  box.checked = read();
  keys.hidden = !matchMedia("(hover: hover) and (pointer: fine)").matches;
  box.addEventListener("change", () => {
    try {
      localStorage.setItem("keys", box.checked ? "on" : "off");
    } catch {
      /* Storage is blocked: the box alone remembers. */
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !box.checked) return;
    if (event.target.closest("textarea, select, input:not([type=checkbox])")) return;
    const control = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!control) return;
    event.preventDefault();
    control.click();
  });
})();
