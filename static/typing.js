// What is typed while a form's answer is on its way is not lost by it: the answer shows the
// form as it was sent, so what has been changed since is put into it again.
(() => {
  const LINE = ["productId", "quantity", "price"];
  const EMPTY_AGAIN = ["anew", "restore"];
  const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
  const valueOf = (field) => (isChoice(field) ? field.checked : field.value);

  // Each field, by its name and its place among those of that name; a choice by its value,
  // since what there is to choose from may have changed too.
  const fieldsOf = (form) => {
    const counts = {};
    const named = [...form.elements].filter((field) => field.name && !field.matches("button, [type=hidden]"));
    return new Map(
      named.map((field) => {
        if (isChoice(field)) return [`${field.name} ${field.value}`, field];
        counts[field.name] = (counts[field.name] ?? -1) + 1;
        return [`${field.name} ${counts[field.name]}`, field];
      }),
    );
  };

  // Where a field is once a line has been removed; nowhere, if it was of that line.
  const movedTo = (key, removed) => {
    const [name, place] = key.split(" ");
    if (removed === null || !LINE.includes(name) || Number(place) < removed) return key;
    return Number(place) === removed ? null : `${name} ${place - 1}`;
  };

  const sent = new WeakMap(); // by request: the values that it took along
  const typed = new WeakMap(); // by request: what has been changed since, and where one was
  const isOfForm = (event) => event.detail.target?.matches("form");

  document.addEventListener("htmx:beforeSend", (event) => {
    if (!isOfForm(event)) return;
    const fields = [...fieldsOf(event.detail.target)];
    sent.set(event.detail.xhr, new Map(fields.map(([key, field]) => [key, valueOf(field)])));
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    const values = sent.get(xhr);
    const asked = requestConfig.parameters;
    if (!values || !isOfForm(event) || EMPTY_AGAIN.includes(asked.do)) return;
    const removed = asked["remove-line"] === undefined ? null : Number(asked["remove-line"]);
    const changes = new Map();
    let place = null;
    for (const [key, field] of fieldsOf(target)) {
      const now = movedTo(key, removed);
      if (now && values.get(key) !== valueOf(field)) changes.set(now, valueOf(field));
      if (field === document.activeElement) place = now;
    }
    if (changes.size) typed.set(xhr, { id: target.id, changes, place });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const { id, changes } = typed.get(event.detail.xhr) ?? {};
    if (!id) return;
    for (const [key, field] of fieldsOf(document.getElementById(id))) {
      if (!changes.has(key)) continue;
      if (isChoice(field)) field.checked = changes.get(key);
      else field.value = changes.get(key);
    }
  });

  // Only then does the answer's own place for the cursor not count any more, and only then
  // is there somebody to hear of the change: the total, the draft.
  document.addEventListener("htmx:afterSettle", (event) => {
    const { id, place } = typed.get(event.detail.xhr) ?? {};
    if (!id) return;
    typed.delete(event.detail.xhr);
    const form = document.getElementById(id);
    fieldsOf(form).get(place)?.focus();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
