// The order that is being typed survives a reload. It is kept in this tab, for its user and
// its address, until it is placed or begun anew, or until somebody signs out (app.js). With
// its key it counts once, even if it was placed and the answer got lost.
(() => {
  const form = () => document.getElementById("place");
  const name = `draft of ${form().dataset.user} at ${location.pathname}${location.search}`;
  const TYPED = ["customer_q", "customer", "productId", "quantity", "price", "reference", "note"];

  const forget = () => sessionStorage.removeItem(name);
  let isAwaited = false; // until the draft is back, nothing takes its place
  const keep = () => {
    if (isAwaited) return;
    const typed = new FormData(form());
    typed.delete("csrfmiddlewaretoken");
    if (!TYPED.some((field) => typed.getAll(field).some(Boolean))) {
      forget();
      return;
    }
    const fields = [...new Set(typed.keys())];
    const draft = fields.map((field) => [field, typed.getAll(field)]);
    sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(draft)));
  };

  const draft = sessionStorage.getItem(name);
  if (draft && "fresh" in form().dataset) {
    const csrf = form().querySelector("[name=csrfmiddlewaretoken]");
    const isBack = () => {
      isAwaited = "fresh" in form().dataset;
      form().inert = false;
      document.getElementById("draft-waits").hidden = !isAwaited;
    };
    isAwaited = true;
    form().inert = true;
    window.htmx
      .ajax("POST", form().action, {
        target: "#place",
        swap: "outerHTML",
        values: { ...JSON.parse(draft), do: "restore", [csrf.name]: csrf.value },
      })
      .then(isBack, isBack);
  }

  for (const change of ["input", "change"]) {
    document.addEventListener(change, (event) => {
      if (event.target.closest("#place")) keep();
    });
  }
  // Lines that were added and removed are a part of it.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === "place") keep();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) forget();
  });
})();
