// Sorts the table of rules, filters by rule, opens examples. Without it, all of the page is there and in order.
"use strict";
(() => {
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const words = new Intl.Collator("en", { numeric: true });

  // Sorting. Numbers begin with the largest, words with the first; equal rows keep their order.
  function sort(table, at, heading) {
    const isNumber = heading.classList.contains("number");
    const was = heading.getAttribute("aria-sort");
    const descending = was ? was === "ascending" : isNumber;
    all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const value = (row) => row.cells[at].dataset.value;
    const compare = isNumber ? (a, b) => value(a) - value(b) : (a, b) => words.compare(value(a), value(b));
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b))));
  }

  for (const table of all("table.sortable")) {
    all("thead th", table).forEach((heading, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, at, heading));
      heading.append(button);
    });
  }

  // Filtering: by part of a rule's name everywhere, by kind among examples.
  const field = one("filter");
  const kind = one("kind");

  function filter() {
    const part = field ? field.value.trim().toLowerCase() : "";
    let rows = 0;
    for (const element of all("[data-rule]")) {
      const isOfKind = !kind || !kind.value || !element.dataset.kind || element.dataset.kind === kind.value;
      element.hidden = !(isOfKind && element.dataset.rule.toLowerCase().includes(part));
      rows += element.matches("tr") && !element.hidden;
    }
    const examples = all(".example:not([hidden])").length;
    const isFiltered = part || (kind && kind.value);
    if (one("found")) one("found").textContent = isFiltered ? `Rules: ${rows}. Examples: ${examples}.` : "";
  }

  if (field) field.addEventListener("input", filter);
  if (kind) kind.addEventListener("change", filter);

  // Examples.
  const open = (isOpen) => all(".example:not([hidden])").forEach((example) => { example.open = isOpen; });
  if (one("open")) one("open").addEventListener("click", () => open(true));
  if (one("close")) one("close").addEventListener("click", () => open(false));

  function show() {
    const found = /^#example-\d+$/.test(location.hash) && one(location.hash.slice(1));
    if (!found) return;
    if (found.hidden && kind) { kind.value = ""; filter(); }
    found.open = true;
    found.scrollIntoView();
  }
  addEventListener("hashchange", show);
  show();

  all(".tools").forEach((tools) => { tools.hidden = false; });
})();
