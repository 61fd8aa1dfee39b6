"use strict";
(() => {
  const form = document.getElementById("filters");
  const reveal = () => {
    const id = location.hash.slice(1);
    const target = id && !id.includes("=") ? document.getElementById(id) : null;
    const folded = target && target.closest("details");
    if (folded) folded.open = true;
  };
  window.addEventListener("hashchange", reveal);
  if (!form) return;

  const cards = [...document.querySelectorAll(".finding")];
  const words = cards.map((card) => card.textContent.toLowerCase());
  const [search, rule, path, status, none] = ["search", "rule", "path", "status", "none"].map((id) =>
    document.getElementById(id),
  );
  const boxes = [...form.querySelectorAll("[name=severity]")];

  const state = () => ({
    q: search.value.trim().toLowerCase(),
    rule: rule.value,
    path: path.value,
    severity: boxes.every((box) => box.checked) ? "" : boxes.filter((box) => box.checked).map((box) => box.value).join(","),
  });

  const remember = (wanted) => {
    const chosen = Object.entries(wanted).filter(([, value]) => value);
    const some = boxes.some((box) => box.checked);
    if (!some) chosen.push(["severity", "none"]);
    const hash = chosen.length ? "#" + new URLSearchParams(chosen) : " ";
    if (hash !== " " || location.hash.includes("=")) history.replaceState(null, "", hash === " " ? "#" : hash);
  };

  const apply = () => {
    const wanted = state();
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    cards.forEach((card, index) => {
      const fits =
        severities.has(card.dataset.severity) &&
        (!wanted.rule || card.dataset.rule === wanted.rule) &&
        (!wanted.path || card.dataset.path.split("\n").includes(wanted.path)) &&
        (!wanted.q || wanted.q.split(/\s+/).every((word) => words[index].includes(word)));
      card.hidden = !fits;
      shown += fits;
    });
    status.textContent = shown === cards.length ? "All findings" : `${shown} of ${cards.length} findings`;
    none.hidden = shown > 0;
    remember(wanted);
  };

  const restore = () => {
    if (!location.hash.includes("=")) return;
    const wanted = new URLSearchParams(location.hash.slice(1));
    search.value = wanted.get("q") || "";
    for (const select of [rule, path]) {
      select.value = wanted.get(select.id) || "";
      if (select.selectedIndex < 0) select.value = "";
    }
    const severities = wanted.get("severity");
    for (const box of boxes) box.checked = !severities || severities.split(",").includes(box.value);
  };

  const openAll = (isOpen) => cards.forEach((card) => (card.open = isOpen));
  let timer = 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 60);
  });
  document.getElementById("open").addEventListener("click", () => openAll(true));
  document.getElementById("close").addEventListener("click", () => openAll(false));
  document.getElementById("reset").addEventListener("click", () => {
    form.reset();
    apply();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    search.focus();
  });

  form.hidden = false;
  restore();
  apply();
  reveal();
})();
