// Says so when a part of the page could not be brought up to date.
(() => {
  const trouble = document.getElementById("trouble");
  const say = (text) => {
    if (trouble.textContent !== text) trouble.textContent = text;
    trouble.hidden = !text;
  };
  const reasons = {
    403: "Your account may not do this, or the page has expired. Load it again.",
    404: "This is no longer here.",
  };
  document.addEventListener("htmx:afterOnLoad", () => say(""));
  document.addEventListener("htmx:responseError", (event) => {
    say(
      reasons[event.detail.xhr.status] ||
        "The server cannot answer right now. What you see may be out of date.",
    );
  });
  document.addEventListener("htmx:sendError", () => {
    say("There is no connection. What you see may be out of date.");
  });
})();
