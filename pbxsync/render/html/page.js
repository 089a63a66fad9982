"use strict";
// Search, filters, folding, copying and the theme. Everything else of the page works without this.
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const search = byId("search");
  const shown = byId("shown");
  // Links to changes hold the place of a change in this list, from 1.
  const changes = Array.from(document.querySelectorAll("article"), (node) => ({ node, text: null, hit: true }));
  const changeOf = (link) => changes[Number(link.getAttribute("href").slice(2)) - 1];
  const foldOf = (fold) => ({ fold, wasOpen: fold?.open });
  let number = 0;
  const tenants = Array.from(document.querySelectorAll("details.tenant"), (fold) => {
    const end = number + fold.querySelectorAll("article").length;
    const tenant = { ...foldOf(fold), changes: changes.slice(number, end), name: fold.querySelector("h2").textContent.toLowerCase() };
    number = end;
    return tenant;
  });
  // Thousands of groups are read when something is first searched for, too.
  let groups = null;
  const allGroups = () => groups ??= Array.from(document.querySelectorAll(".group"), (node) => ({
    ...foldOf(node.querySelector("details.members")),
    node,
    found: node.querySelector(".found"),
    rows: Array.from(node.querySelectorAll("li, h3"), (row) => ({
      row,
      members: Array.from(row.querySelectorAll("a[href^='#c']"), (link) => ({ link, change: changeOf(link) })),
    })),
  }));
  const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  let narrowed = false;

  // The text of a change is read when something is first searched for: reading all takes a moment on a large page.
  const textOf = (tenant, change) => {
    change.text ??= `${tenant.name}\n${change.node.textContent.toLowerCase()}`;
    return change.text;
  };

  const wanted = () => ({
    words: search.value.toLowerCase().match(/"[^"]*"?|[^\s"]+/g) ?? [],
    tenant: byId("tenant").value,
    type: byId("type")?.value ?? "",
    without: Array.from(form.querySelectorAll("[name=action]:not(:checked)"), (box) => box.value),
  });

  const fits = (want, tenant, change) =>
    !want.without.includes(change.node.className) &&
    (want.type === "" || change.node.dataset.type === want.type) &&
    want.words.every((word) => textOf(tenant, change).includes(word));

  // Folds with hits are open while the page is narrowed, and as they were before afterwards.
  const unfold = (part, narrow) => {
    if (!part.fold) return;
    if (narrow && !narrowed) part.wasOpen = part.fold.open;
    if (narrow) part.fold.open = true;
    else if (narrowed) part.fold.open = part.wasOpen;
  };

  const showTenants = (want, narrow) => {
    let folds = 0;
    for (const tenant of tenants) {
      const here = want.tenant === "" || tenant.fold.id === want.tenant;
      let hits = 0;
      for (const change of tenant.changes) {
        change.hit = here && fits(want, tenant, change);
        change.node.hidden = !change.hit;
        hits += change.hit;
      }
      tenant.fold.hidden = narrow && hits === 0 && !(here && want.tenant !== "");
      unfold(tenant, narrow);
      folds += !tenant.fold.hidden;
    }
    return folds;
  };

  const showGroups = (narrow) => {
    for (const group of allGroups()) {
      let hits = 0;
      for (const { row, members } of group.rows) {
        let here = 0;
        for (const { link, change } of members) {
          link.hidden = !change.hit;
          here += change.hit;
        }
        row.hidden = row.localName === "li" && here === 0;
        hits += here;
      }
      group.node.hidden = hits === 0;
      if (group.found) group.found.textContent = narrow ? `${hits.toLocaleString("en")} of them found` : "";
      unfold(group, narrow);
    }
  };

  const apply = () => {
    const want = wanted();
    const narrow = want.words.length > 0 || want.tenant !== "" || want.type !== "" || want.without.length > 0;
    const all = plural(changes.length, "change");
    if (narrow || narrowed) {
      const folds = showTenants(want, narrow);
      showGroups(narrow);
      const count = changes.reduce((sum, change) => sum + change.hit, 0);
      shown.value = narrow ? `${count.toLocaleString("en")} of ${all} in ${plural(folds, "tenant")}` : all;
    } else {
      shown.value = all;
    }
    narrowed = narrow;
  };

  const viewNow = () => form.querySelector("[name=view]:checked").value;
  const foldsNow = () =>
    Array.from(document.querySelectorAll(viewNow() === "tenants" ? "details.tenant" : "#changes details:not(.whole)"));

  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(apply);
  };

  const openAll = (open) => {
    for (const fold of foldsNow()) if (!fold.hidden) fold.open = open;
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

  // Each view is left and found again at the same place.
  const places = {};
  let view = viewNow();
  const changeView = () => {
    places[view] = scrollY;
    view = viewNow();
    scrollTo(0, places[view] ?? 0);
  };

  // Tenants and changes are links' targets in the view by tenant.
  const openTarget = (hash) => {
    const target = byId(decodeURIComponent(hash.slice(1)));
    const fold = target?.closest("details.tenant");
    if (fold) {
      form.querySelector("[value=tenants]").checked = true;
      if (view !== "tenants") changeView();
      fold.open = true;
      const focused = target === fold ? fold.querySelector("summary") : target;
      if (focused === target) target.tabIndex = -1;
      focused.focus({ preventScroll: true });
      target.scrollIntoView();
    }
  };

  form.addEventListener("input", (event) => (event.target.name === "view" ? changeView() : soon()));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button, a") : null;
    if (button === null) return;
    if (button.localName === "a") openTarget(button.getAttribute("href"));
    else if (button.id === "open") openAll(true);
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
  addEventListener("hashchange", () => openTarget(location.hash));

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = foldsNow().filter((fold) => !fold.open);
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of folded) fold.open = false;
  });

  for (const part of document.querySelectorAll("button[hidden], #narrow")) part.hidden = false;
  apply(); // a reloaded page may come with the filters filled in
  view = viewNow();
  openTarget(location.hash);
})();
