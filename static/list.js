// The list is brought up to date by itself, but not while somebody has ticked orders in it,
// nor while they wait for another list: theirs must be the one that stays.
document.addEventListener("htmx:beforeRequest", (event) => {
  const results = document.getElementById("results");
  if (event.detail.elt !== results) {
    window.htmx.trigger(results, "htmx:abort");
    return;
  }
  const isAwaited = results.getAttribute("aria-busy") === "true";
  if (isAwaited || results.querySelector("input:checked")) event.preventDefault();
});

// A heading sorts by way of the form, which goes on showing what the address says.
document.addEventListener("click", (event) => {
  const heading = event.target.closest("a[data-ordering]");
  if (!heading || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const select = document.getElementById("f-ordering");
  select.value = heading.dataset.ordering;
  select.dispatchEvent(new Event("change", { bubbles: true }));
});

// An answer brings each field's error along; the fields themselves stay as they are, so
// that nobody loses place or words.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "results") return;
  for (const field of document.querySelectorAll(".filters [aria-describedby]")) {
    const error = document.getElementById(field.getAttribute("aria-describedby"));
    if (error.textContent) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
});
