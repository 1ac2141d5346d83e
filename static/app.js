// What every page has: its reader's time zone, the place in the navigation, the bar
// while something loads, and a word when a part of the page does not come.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) {
    document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  const trouble = document.getElementById("trouble");
  const say = (text) => {
    if (trouble.textContent !== text) trouble.textContent = text;
    delete trouble.dataset.stays;
    trouble.hidden = !text;
  };
  const OFFLINE = "There is no connection.";
  const OLD = "What you see may be out of date.";
  const KEPT = "What you typed is still here.";
  const leftOf = (event) => (event.detail.requestConfig?.verb === "post" ? KEPT : OLD);
  const reasons = {
    403: "Your account may not do this, or the page has expired. Load it again.",
    404: "This is no longer here.",
    429: "This was asked too often. Wait a moment.",
  };

  // Only what somebody waits for shows that it loads, not what asks by itself.
  const isAsked = (event) => {
    const cause = event.detail.requestConfig?.triggeringEvent;
    return cause && cause.type !== "moved";
  };
  const partOf = (event) => {
    const isFirst = event.detail.elt.matches('[hx-trigger="load"]');
    if (!isFirst && !isAsked(event)) return null;
    return event.detail.target?.closest("[data-part]");
  };

  // What was there is no answer to what was asked; so the part says so in its place, with
  // a link that asks again. A copy of it, since the part itself may go on asking.
  const failInPlace = (event, reason) => {
    const part = partOf(event);
    if (!part) return false;
    const note = document.getElementById("failed").content.firstElementChild.cloneNode(true);
    note.querySelector("p").textContent = `The ${part.dataset.part} could not be loaded. ${reason}`;
    const again = note.querySelector("a");
    again.href = event.detail.pathInfo.finalRequestPath;
    again.setAttribute("hx-get", again.getAttribute("href"));
    again.setAttribute("hx-target", `#${part.id}`);
    if (part.id === "results") again.setAttribute("hx-push-url", "true");
    const copy = part.cloneNode(false);
    for (const name of ["hx-get", "hx-trigger", "aria-busy"]) copy.removeAttribute(name);
    copy.append(note);
    part.replaceWith(copy);
    window.htmx.process(copy);
    return true;
  };

  // A reason that somebody has to read goes when they have asked for something else.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful } = event.detail;
    if (successful && (isAsked(event) || !trouble.dataset.stays)) say("");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const known = reasons[event.detail.xhr.status];
    const reason = known || "The server cannot answer right now.";
    if (!failInPlace(event, reason)) say(known || `${reason} ${leftOf(event)}`);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!failInPlace(event, OFFLINE)) say(`${OFFLINE} ${leftOf(event)}`);
  });
  window.addEventListener("offline", () => say(`${OFFLINE} ${OLD}`));
  window.addEventListener("online", () => say(""));

  // What is read aloud when it changes is left alone while it says the same.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const isSame = target.textContent === fragment.textContent;
    if (target.role === "status" && isSame) event.detail.shouldSwap = false;
  });

  // On a telephone the navigation is one line that is moved sideways.
  const here = document.querySelector(".nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 40;

  let asked = 0;
  const loads = (is) => document.documentElement.classList.toggle("loads", is);
  const count = (event, step) => {
    const busy = partOf(event) || event.detail.elt.closest("form");
    busy?.setAttribute("aria-busy", String(step > 0));
    if (!isAsked(event)) return;
    asked = Math.max(0, asked + step);
    loads(asked > 0);
  };
  document.addEventListener("htmx:beforeSend", (event) => count(event, 1));
  document.addEventListener("htmx:afterRequest", (event) => count(event, -1));

  const sent = new WeakMap();
  const AGAIN_MS = 3000;
  // A form that the browser sends itself: without a connection it would be lost with the page.
  document.addEventListener("submit", (event) => {
    const { target: form, defaultPrevented } = event;
    if (defaultPrevented || form.matches("[hx-get], [hx-post], [method=dialog]")) return;
    loads(navigator.onLine);
    if (navigator.onLine) {
      // The second click of a double click asks for nothing more.
      if (event.timeStamp < (sent.get(form) ?? -Infinity) + AGAIN_MS) event.preventDefault();
      else sent.set(form, event.timeStamp);
      return;
    }
    event.preventDefault();
    say(`${OFFLINE} Nothing was sent. ${KEPT}`);
    trouble.dataset.stays = "until something is asked";
  });
  window.addEventListener("pageshow", () => loads(false));
  // What was begun and not sent is nobody else's who signs in here.
  document.querySelector(".who")?.addEventListener("submit", () => sessionStorage.clear());
})();
