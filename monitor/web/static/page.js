"use strict";
// Comfort for a page that is whole without it: local times, keys, new stories that appear by themselves.

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const LONG_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const SECONDS = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

function showLocalTimes(root) {
  const today = new Date().toDateString();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const style = element.dataset.style;
    if (style === "day") element.textContent = LONG_DAY.format(at);
    else if (style === "full") element.textContent = `${LONG_DAY.format(at)} ${SECONDS.format(at)}`;
    else element.textContent = at.toDateString() === today ? CLOCK.format(at) : `${DAY.format(at)} ${CLOCK.format(at)}`;
  }
}

// --- keys: j and k move over what the page lists, o opens, / searches ---

function listed() {
  return [...document.querySelectorAll("main .card, main .row")];
}

function move(step) {
  const items = listed();
  if (!items.length) return;
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const next = items[Math.max(0, Math.min(items.length - 1, at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "o") {
    const item = listed().find((one) => one.contains(document.activeElement));
    const link = item && (item.querySelector("a.open") || item.querySelector("a[href]"));
    if (link) link.click();
  } else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find").focus();
  }
});

// --- new stories, without moving what is being read ---

function keepStill(change) {
  const held = listed().find((item) => item.contains(document.activeElement))
    || (window.scrollY > 60 && listed().find((item) => item.getBoundingClientRect().bottom > 0));
  const before = held ? held.getBoundingClientRect().top : 0;
  change();
  if (held && held.isConnected) window.scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
}

async function takeUp(list, pill) {
  const answer = await fetch(list.dataset.live, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let added = 0;
  const moved = [];
  for (const card of fresh.querySelectorAll(".card")) {
    const old = document.getElementById(card.id);
    if (old && old.dataset.version === card.dataset.version && old.textContent.trim() !== "") {
      // The same development: only who acknowledged or muted it may differ.
      const state = card.querySelector(".meta").innerHTML + card.querySelector(".sub").innerHTML;
      if (old.dataset.seen === state) continue;
      old.dataset.seen = state;
      showLocalTimes(card);
      old.querySelector(".meta").replaceWith(card.querySelector(".meta"));
      old.querySelector(".sub").replaceWith(card.querySelector(".sub"));
      continue;
    }
    if (!old) added += 1;
    moved.push([old, card]);
  }
  if (!moved.length) return;
  keepStill(() => {
    for (const [old, card] of moved.reverse()) {
      showLocalTimes(card);
      card.classList.add("fresh");
      if (old && old.contains(document.activeElement)) old.replaceWith(card);
      else {
        if (old) old.remove();
        list.prepend(card);
      }
    }
    const empty = document.querySelector(".empty");
    if (empty) empty.remove();
  });
  if (added && window.scrollY > 60) {
    const waiting = Number(pill.dataset.count || 0) + added;
    pill.dataset.count = waiting;
    pill.textContent = waiting === 1 ? "1 new story above" : `${waiting} new stories above`;
    pill.hidden = false;
  }
}

function live() {
  const list = document.querySelector("[data-live]");
  if (!list || !window.EventSource) return;
  const pill = document.getElementById("fresh");
  for (const card of list.querySelectorAll(".card")) {
    card.dataset.seen = card.querySelector(".meta").innerHTML + card.querySelector(".sub").innerHTML;
  }
  const clear = () => { pill.hidden = true; pill.dataset.count = 0; };
  pill.addEventListener("click", () => { window.scrollTo({ top: 0, behavior: "smooth" }); clear(); });
  window.addEventListener("scroll", () => { if (window.scrollY < 60) clear(); }, { passive: true });
  let busy = Promise.resolve();
  const refresh = () => { busy = busy.then(() => takeUp(list, pill)).catch(() => {}); };
  const stream = new EventSource("/events");
  stream.addEventListener("change", refresh);
  let lost = false;
  stream.addEventListener("error", () => { lost = true; });
  stream.addEventListener("open", () => { if (lost) { lost = false; refresh(); } });
  window.addEventListener("pagehide", () => stream.close());
}

// --- small things ---

function foldFiltersWhereRoomIsScarce() {
  const filters = document.getElementById("filters");
  if (filters && !window.matchMedia("(min-width: 60rem)").matches) filters.open = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  await navigator.clipboard.writeText(text);
  button.textContent = "Copied";
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

foldFiltersWhereRoomIsScarce();
live();
showLocalTimes(document);
