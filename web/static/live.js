// Renews the figures of an open page when new data are in. The page is asked for again as it
// stands in the address, and only what differs is exchanged: place, focus, what is
// selected, opened or half filled in stay.
"use strict";

(() => {
  const address = document.body.dataset.live;
  const mark = document.getElementById("live-mark");
  let shown = document.body.dataset.revision;
  let wanted = shown;
  let source = null;
  let over = false;
  let waiting = 0;
  let asking = false;
  let running = 0;
  let underWay = "renew" in document.body.dataset;

  function listen() {
    if (!address || !window.EventSource || source || over || document.hidden) return;
    source = new EventSource(address);
    source.addEventListener("fresh", (event) => {
      wanted = event.data;
      plan(400);
    });
    source.addEventListener("ended", () => { over = true; quit(); });
    source.addEventListener("error", () => {
      // A lost connection comes back by itself; a refusal does not.
      if (source && source.readyState === EventSource.CLOSED) {
        quit();
        setTimeout(listen, 60000);
      }
    });
  }

  function quit() {
    if (source) source.close();
    source = null;
  }

  function plan(after) {
    clearTimeout(waiting);
    if (wanted !== shown) waiting = setTimeout(renew, after);
  }

  // While a text is being marked or a part of the page is under way, renewing waits.
  function busy() {
    const selection = getSelection();
    return asking || document.querySelector(".htmx-request") || (selection && !selection.isCollapsed);
  }

  async function renew() {
    if (document.hidden) return;
    if (busy()) {
      plan(1500);
      return;
    }
    asking = true;
    const page = await ask();
    asking = false;
    if (page) underWay = "renew" in page.body.dataset;
    keepAsking();
    const main = page && page.querySelector("main");
    // Without an answer the stream notices, and comes back with the revision.
    if (!main) return;
    if (busy()) {
      plan(1500);
      return;
    }
    exchange(main);
    shown = page.body.dataset.revision || wanted;
    if (mark) mark.textContent = page.getElementById("live-mark")?.dataset.said || "";
    document.dispatchEvent(new CustomEvent("assay:fresh"));
    plan(400);
  }

  // While something on the page is under way it is asked for again every two seconds.
  function keepAsking() {
    clearTimeout(running);
    if (underWay) running = setTimeout(() => { if (document.hidden || busy()) keepAsking(); else renew(); }, 2000);
  }

  async function ask() {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected || !answer.ok) return null;
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return null;
    }
  }

  function exchange(main) {
    const changed = new Set();
    Idiomorph.morph(document.querySelector("main"), main, {
      morphStyle: "outerHTML",
      restoreFocus: true,
      callbacks: {
        beforeNodeMorphed(old, next) {
          if (old.nodeType !== Node.ELEMENT_NODE) return true;
          if (old.matches("select, input, textarea, .drawn, [data-upload]")) return false;
          if (old.matches(".figure, .compared") && old.textContent !== next.textContent) changed.add(old);
          return true;
        },
        beforeAttributeUpdated(name, node) {
          return !(name === "open" && node.tagName === "DETAILS" || name === "tabindex");
        },
      },
    });
    for (const figure of changed) {
      figure.classList.add("fresh");
      figure.addEventListener("animationend", () => figure.classList.remove("fresh"), { once: true });
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) quit();
    else listen();
  });
  window.addEventListener("pagehide", quit);
  window.addEventListener("pageshow", listen);
  listen();
  keepAsking();
})();
