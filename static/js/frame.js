/* Inside a frame on another site: tells that site how high the page is and, if it is an allowed one, the token
   with which the same person continues at the next visit. */
(() => {
  if (window.parent === window) return;
  const { token, origins } = document.currentScript.dataset;

  function parentOrigin() {
    if (location.ancestorOrigins?.length) return location.ancestorOrigins[0];
    try {
      return new URL(document.referrer).origin;
    } catch {
      return "";
    }
  }

  const origin = parentOrigin();
  let told = 0;

  function tellHeight() {
    const value = Math.ceil(document.body.getBoundingClientRect().height);
    if (value === told) return;
    told = value;
    window.parent.postMessage({ type: "collective-constitution:height", value }, "*");
  }

  document.documentElement.classList.add("in-frame");
  new ResizeObserver(tellHeight).observe(document.body);
  tellHeight();
  if (origins.split(" ").includes(origin)) {
    window.parent.postMessage({ type: "collective-constitution:token", value: token }, origin);
  }
})();
