// What every page has: its reader's time zone, the place in the navigation, the bar
// while something loads, and a word when a part of the page could not be brought up to date.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) {
    document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  const trouble = document.getElementById("trouble");
  const say = (text) => {
    if (trouble.textContent !== text) trouble.textContent = text;
    trouble.hidden = !text;
  };
  const OFFLINE = "There is no connection. What you see may be out of date.";
  const reasons = {
    403: "Your account may not do this, or the page has expired. Load it again.",
    404: "This is no longer here.",
    429: "This was asked too often. Wait a moment.",
  };
  document.addEventListener("htmx:afterOnLoad", () => say(""));
  document.addEventListener("htmx:responseError", (event) => {
    say(
      reasons[event.detail.xhr.status] ||
        "The server cannot answer right now. What you see may be out of date.",
    );
  });
  document.addEventListener("htmx:sendError", () => say(OFFLINE));
  window.addEventListener("offline", () => say(OFFLINE));
  window.addEventListener("online", () => say(""));

  // On a telephone the navigation is one line that is moved sideways.
  const here = document.querySelector(".nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 40;

  // Only what somebody has asked for shows the bar, not what asks by itself.
  let asked = 0;
  const isAsked = (event) => {
    const cause = event.detail.requestConfig?.triggeringEvent;
    return cause && cause.type !== "moved";
  };
  const count = (event, step) => {
    if (!isAsked(event)) return;
    asked = Math.max(0, asked + step);
    document.documentElement.classList.toggle("loads", asked > 0);
  };
  document.addEventListener("htmx:beforeSend", (event) => count(event, 1));
  document.addEventListener("htmx:afterRequest", (event) => count(event, -1));
})();
