/* For other sites: shows a conversation in a frame where this script stands, as high as its content.

   <script async src="https://SITE/static/js/embed.js" data-conversation="SLUG"></script>

   It keeps the frame's token in this page's own storage, because the frame may not keep anything itself. */
(() => {
  const script = document.currentScript;
  if (!script?.dataset.conversation) return;
  const site = new URL(script.src).origin;
  const slug = script.dataset.conversation;
  const storageKey = `collective-constitution:${site}:${slug}`;

  function savedToken() {
    try {
      return localStorage.getItem(storageKey);
    } catch {
      return null; /* Storage is blocked: the frame begins anew with each visit. */
    }
  }

  function keepToken(token) {
    try {
      localStorage.setItem(storageKey, token);
    } catch {
      /* As above. */
    }
  }

  const address = new URL(`/embed/${encodeURIComponent(slug)}/`, site);
  for (const name of ["id", "expires", "signature", "lang"]) {
    if (script.dataset[name]) address.searchParams.set(name, script.dataset[name]);
  }
  const token = savedToken();
  if (token) address.searchParams.set("token", token);

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || "Collective Constitution";
  frame.width = "100%";
  frame.height = "720";
  frame.setAttribute("frameborder", "0");
  script.after(frame);

  addEventListener("message", (event) => {
    if (event.origin !== site || event.source !== frame.contentWindow) return;
    const { type, value } = event.data ?? {};
    if (type === "collective-constitution:height" && value > 0) frame.height = String(Math.ceil(value));
    if (type === "collective-constitution:token" && typeof value === "string") keepToken(value);
  });
})();
