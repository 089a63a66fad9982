"use strict";
// Search, filters, folding, copying and the theme. Everything else of the page works without this.
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const search = byId("search");
  const shown = byId("shown");
  const tenants = Array.from(document.querySelectorAll("details.tenant"), (fold) => ({
    fold,
    wasOpen: fold.open,
    changes: Array.from(fold.querySelectorAll("article"), (node) => ({ node, text: null })),
    name: fold.querySelector("h2").textContent.toLowerCase(),
  }));
  const total = tenants.reduce((sum, tenant) => sum + tenant.changes.length, 0);
  let narrowed = false;

  // The text of a change is read when something is first searched for: reading all takes a moment on a large page.
  const textOf = (tenant, change) => {
    change.text ??= `${tenant.name}\n${change.node.textContent.toLowerCase()}`;
    return change.text;
  };

  const wanted = () => ({
    words: search.value.toLowerCase().match(/"[^"]*"?|[^\s"]+/g) ?? [],
    tenant: byId("tenant").value,
    type: byId("type").value,
    actions: new Set(Array.from(form.querySelectorAll("[name=action]:checked"), (box) => box.value)),
  });

  const fits = (want, tenant, change) =>
    want.actions.has(change.node.className) &&
    (want.type === "" || change.node.dataset.type === want.type) &&
    want.words.every((word) => textOf(tenant, change).includes(word));

  const apply = () => {
    const want = wanted();
    const narrow = want.words.length > 0 || want.tenant !== "" || want.type !== "" || want.actions.size < 2;
    let count = 0;
    let folds = 0;
    for (const tenant of tenants) {
      const here = want.tenant === "" || tenant.fold.id === want.tenant;
      let hits = 0;
      for (const change of tenant.changes) {
        const hit = here && fits(want, tenant, change);
        change.node.hidden = !hit;
        hits += hit;
      }
      if (narrow && !narrowed) tenant.wasOpen = tenant.fold.open;
      tenant.fold.hidden = narrow && hits === 0 && !(here && want.tenant !== "");
      if (narrow) tenant.fold.open = !tenant.fold.hidden;
      else if (narrowed) tenant.fold.open = tenant.wasOpen;
      count += hits;
      folds += !tenant.fold.hidden;
    }
    narrowed = narrow;
    const changes = `${total} change${total === 1 ? "" : "s"}`;
    shown.value = narrow ? `${count} of ${changes} in ${folds} tenant${folds === 1 ? "" : "s"}` : changes;
  };

  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(apply);
  };

  const openAll = (open) => {
    for (const { fold } of tenants) if (!fold.hidden) fold.open = open;
  };

  const copy = async (button) => {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  const themes = ["auto", "light", "dark"];
  const nextTheme = (button) => {
    const theme = themes[(themes.indexOf(button.dataset.value) + 1) % themes.length];
    button.dataset.value = theme;
    button.textContent = `Theme: ${theme}`;
    document.documentElement.dataset.theme = theme;
  };

  const openTarget = () => {
    const fold = byId(decodeURIComponent(location.hash.slice(1)));
    if (fold instanceof HTMLDetailsElement) {
      fold.open = true;
      fold.querySelector("summary").focus();
    }
  };

  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button === null) return;
    if (button.id === "open") openAll(true);
    else if (button.id === "close") openAll(false);
    else if (button.id === "theme") nextTheme(button);
    else if (button.className === "copy") void copy(button);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search && search.value !== "") {
      search.value = "";
      soon();
    }
  });
  addEventListener("hashchange", openTarget);

  // Paper cannot be unfolded.
  let open = [];
  addEventListener("beforeprint", () => {
    open = tenants.map(({ fold }) => fold.open);
    openAll(true);
  });
  addEventListener("afterprint", () => tenants.forEach(({ fold }, index) => { fold.open = open[index]; }));

  for (const button of document.querySelectorAll("button[hidden]")) button.hidden = false;
  form.hidden = false;
  apply(); // a reloaded page may come with the filters filled in
  openTarget();
})();
