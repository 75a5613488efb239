/* How many characters are left of a statement, counted as the server counts them. The form works without this. */
(() => {
  const PAUSE = 1000;
  const TOLD_FROM = 20;
  let timer = 0;

  function count(counter) {
    const field = document.getElementById(counter.dataset.counts);
    const text = field.value.trim().replace(/\s+/g, " ");
    const left = Number(counter.dataset.limit) - [...text].length;
    const words = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = `${words} ${Math.abs(left)}`;
    counter.classList.toggle("field__error", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => tell(left, counter.textContent), PAUSE);
  }

  /* Read aloud only near the end, and once the writer pauses. */
  function tell(left, words) {
    const told = document.getElementById("text-counter-told");
    if (told) told.textContent = left <= TOLD_FROM ? words : "";
  }

  function countAll() {
    for (const counter of document.querySelectorAll("[data-counts]")) count(counter);
  }

  document.addEventListener("input", (event) => {
    if (event.target.id && document.querySelector(`[data-counts="${CSS.escape(event.target.id)}"]`)) countAll();
  });
  document.addEventListener("htmx:load", countAll);
  countAll();
})();
