/* Does the little work that a conversation may ask of newcomers, then lets their first form go. */
(() => {
  const { bits, worker: address } = document.currentScript.dataset;
  const proofs = new Map();

  function prove(ticket) {
    if (!proofs.has(ticket)) {
      proofs.set(ticket, new Promise((resolve) => {
        const worker = new Worker(address);
        worker.onmessage = (event) => {
          resolve(String(event.data));
          worker.terminate();
        };
        worker.postMessage({ ticket, bits: Number(bits) });
      }));
    }
    return proofs.get(ticket);
  }

  async function addProof(form) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "proof";
    field.value = await prove(form.elements.ticket.value);
    if (!form.elements.proof) form.append(field);
  }

  function needsProof(form) {
    return form.elements.ticket && !form.elements.proof;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!needsProof(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.setAttribute("aria-busy", "true");
    await addProof(form);
    form.removeAttribute("aria-busy");
    form.requestSubmit(event.submitter);
  }, true);

  for (const form of document.forms) if (needsProof(form)) addProof(form);
})();
