// Keys for those who work here all day: `?` lists them, and they can be turned off, as
// single letters disturb who dictates (WCAG 2.1.4).
(() => {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const switched = document.getElementById("keys-on");
  switched.checked = localStorage.getItem("keys") !== "off";
  switched.addEventListener("change", () => {
    localStorage.setItem("keys", switched.checked ? "on" : "off");
  });

  const move = (step) => {
    const rows = [...document.querySelectorAll("main tbody th a")];
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step));
    rows[next]?.focus();
  };
  const follow = (address) => document.querySelector(`.nav a[href="${address}"]`)?.click();
  const search = () => {
    const field = document.querySelector("main input[type=search]");
    if (field) field.focus();
    else follow("/orders");
  };
  const tick = () => {
    document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click();
  };
  const keys = {
    "/": search,
    n: () => follow("/orders/new"),
    j: () => move(1),
    k: () => move(-1),
    x: tick,
    "?": () => dialog.showModal(),
  };
  const TYPES = "input:not([type=checkbox], [type=radio]), textarea, select";

  document.addEventListener("keydown", (event) => {
    const isChord = event.ctrlKey || event.metaKey || event.altKey;
    if (isChord || event.isComposing || dialog.open) return;
    if (event.target.closest(TYPES) || !keys[event.key]) return;
    if (!switched.checked && event.key !== "?") return;
    event.preventDefault();
    keys[event.key]();
  });
})();
