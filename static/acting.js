// One order. Acting on it shows the new state at once, as "syncing"; the answer settles it,
// and if none comes the old state comes back with the reason. What others do to the order
// appears by itself, unless somebody is typing.
(() => {
  const $ = (id) => document.getElementById(id);
  let before = null;

  const say = (text) => {
    $("said").textContent = text;
  };

  const becomes = (status) => {
    const badge = $("status").querySelector(".badge");
    badge.className = `badge ${status.toLowerCase()}`;
    badge.textContent = status;
    return status;
  };

  const isNoted = (words) => {
    const line = document.createElement("li");
    line.id = "noted";
    line.className = "noted";
    for (const [name, text] of [["b", "Noted by you"], ["span", words]]) {
      const part = document.createElement("p");
      part.className = "break";
      part.appendChild(document.createElement(name)).textContent = text;
      line.append(part);
    }
    $("order").querySelector(".timeline").append(line);
    return "Noted";
  };

  const show = (form) => {
    before = $("status").cloneNode(true);
    const what = form.dataset.becomes
      ? becomes(form.dataset.becomes)
      : isNoted(form.elements.note.value);
    $("acting").hidden = false;
    $("order").classList.add("acts");
    say(`${what}, syncing`);
  };

  const rollBack = (form, reason) => {
    $("status").replaceWith(before);
    $("noted")?.remove();
    before = null;
    $("order").classList.remove("acts");
    const trouble = $("trouble");
    trouble.dataset.stays = "until something is asked";
    trouble.textContent = `${reason} The order is shown as it was before; press again if you like, it counts once.`;
    trouble.hidden = false;
    say("");
    form.querySelector("button:not([type=button])").focus();
  };

  // An answer takes the form out of the page, and its events come from what is around.
  const formOf = (event) => event.detail.requestConfig.elt;
  const isStep = (event) => {
    const { becomes, notes } = formOf(event).dataset ?? {};
    return becomes !== undefined || notes !== undefined;
  };

  document.addEventListener("htmx:beforeSend", (event) => {
    if (isStep(event)) show(formOf(event));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, xhr } = event.detail;
    if (!before || !isStep(event)) return;
    if (successful || !formOf(event).isConnected) before = null;
    else if (xhr.status) rollBack(formOf(event), `The server has answered ${xhr.status}.`);
  });
  for (const lost of ["htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => {
      if (before && isStep(event)) rollBack(formOf(event), "There was no answer.");
    });
  }
  // What was said of a step is taken back if it was refused, and ends when it is seen.
  const conclude = () => {
    if (!$("said").textContent) return;
    if ($("order").querySelector("[role=alert]")) say("");
    else if (!$("sync").querySelector(".syncing")) say("Saved");
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!before && ["order", "sync"].includes(event.detail.elt.id)) conclude();
    if (event.detail.elt.id !== "sync") return;
    const newer = event.detail.elt.querySelector("[data-newer]");
    if (newer && !isBusy()) {
      const url = `${newer.getAttribute("hx-get")}&live=1`;
      window.htmx.ajax("GET", url, { target: "#order", swap: "outerHTML" });
    }
  });

  // Nobody's words or place are taken away by what comes by itself.
  const isBusy = () =>
    before ||
    $("order").querySelector(".actions details[open], #lost") ||
    $("order").querySelector(":focus") ||
    [...$("order").querySelectorAll("input:not([type=hidden]), textarea")].some(
      (field) => field.value !== field.defaultValue,
    );
})();
