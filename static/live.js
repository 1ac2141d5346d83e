// Elements with `data-follow`, the address of a stream of changes, get the event
// `moved` when it tells something: at most one a second, the last one never left out.
// The stream begins where the page stands, which is `data-from`: what has happened
// before it was opened is told too.
(() => {
  const TYPES = [
    "OrderCreated",
    "OrderItemsAmended",
    "OrderConfirmed",
    "OrderShipped",
    "OrderDelivered",
    "OrderCancelled",
    "OrderNoteAdded",
  ];
  const APART_MS = 1000;
  const streams = new Map();

  const followers = (url) =>
    [...document.querySelectorAll("[data-follow]")].filter(
      (element) => element.dataset.follow === url,
    );

  const tell = (url) => {
    for (const element of followers(url)) element.dispatchEvent(new Event("moved"));
  };

  const follow = (url) => {
    const { from } = followers(url)[0].dataset;
    const source = new EventSource(from ? `${url}?after=${from}` : url);
    const stream = { source, position: "", waits: 0, at: 0 };
    const moved = (event) => {
      stream.position = event.lastEventId;
      if (stream.waits) return;
      const wait = Math.max(0, stream.at + APART_MS - Date.now());
      stream.waits = setTimeout(() => {
        stream.waits = 0;
        stream.at = Date.now();
        tell(url);
      }, wait);
    };
    for (const type of TYPES) stream.source.addEventListener(type, moved);
    streams.set(url, stream);
  };

  const leave = (url, stream) => {
    stream.source.close();
    clearTimeout(stream.waits);
    streams.delete(url);
  };

  // A browser keeps few connections to a site: pages that nobody looks at have none.
  const look = () => {
    const all = document.hidden ? [] : [...document.querySelectorAll("[data-follow]")];
    const wanted = new Set(all.map((element) => element.dataset.follow));
    for (const [url, stream] of streams) if (!wanted.has(url)) leave(url, stream);
    for (const url of wanted) if (!streams.has(url)) follow(url);
  };

  document.addEventListener("visibilitychange", () => {
    look();
    for (const url of streams.keys()) tell(url); // of what happened meanwhile
  });
  document.addEventListener("htmx:afterSettle", look);
  // An answer to a change has to know of it, whichever replica gives it.
  document.addEventListener("htmx:configRequest", (event) => {
    const told = streams.get(event.detail.elt.dataset?.follow);
    if (told?.position) event.detail.headers["Consistency-Token"] = told.position;
  });
  look();
})();
