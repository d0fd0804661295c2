// What every page gains from a script; without one, all of it works by forms and links.
"use strict";

document.documentElement.classList.add("scripted");

// On a narrow screen the place where one is stands within the row of places.
for (const row of document.querySelectorAll(".tabs")) {
  const here = row.querySelector("[aria-current]");
  if (here && row.scrollWidth > row.clientWidth) row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - here.offsetWidth) / 2;
}

// A selection that changes what is shown sends its form at once.
document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-submit]");
  if (control && control.form) control.form.requestSubmit();
});

// Parameters without a value are not put into the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-filter]")) return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
});

// A menu closes on Escape and when something else is used.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Copying a text says that it has been done.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(source);
  }
});

// An upload shows how far it is; the answer is the page of the batch or the form with what is wrong.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-upload]")) return;
  const bar = form.querySelector(".upload-progress");
  const button = form.querySelector("[data-busy]");
  event.preventDefault();
  button.disabled = true;
  button.textContent = button.dataset.busy;
  bar.hidden = false;
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.upload.onprogress = (sent) => {
    if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
  };
  request.onload = () => {
    if (request.status < 300 && request.responseURL && request.responseURL !== form.action) {
      location.assign(request.responseURL);
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = answer.querySelector("main");
    if (main) {
      document.querySelector("main").replaceWith(document.adoptNode(main));
      document.querySelector("main").focus();
    } else {
      location.reload();
    }
  };
  request.onerror = () => form.submit();
  request.send(new FormData(form));
});

document.addEventListener("htmx:responseError", (event) => {
  // A page that fails is shown as a whole page.
  if (event.detail.elt && event.detail.pathInfo) location.assign(event.detail.pathInfo.finalRequestPath);
});

// What need not be moved sideways is no stop on the way by keyboard.
const movable = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
const watchMovable = (root) => root.querySelectorAll(".scroll").forEach((box) => movable.observe(box));
document.addEventListener("DOMContentLoaded", () => watchMovable(document));
document.addEventListener("htmx:afterSwap", (event) => watchMovable(event.target.parentElement || document));

// A passkey is asked for, or made, when its button is used; its answer is sent with the form.
const passkeys = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
if (!passkeys) document.documentElement.classList.add("no-passkeys");
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button || !passkeys) return;
  const form = button.form;
  const fault = form.querySelector("[data-passkey-fault]");
  if (fault) fault.hidden = true;
  if (button.dataset.passkey === "create" && !form.reportValidity()) return;
  button.disabled = true;
  try {
    const question = JSON.parse(button.dataset.question);
    const credential = button.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
    form.querySelector("[name=factor_passkey]").value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    button.disabled = false;
    if (fault) fault.hidden = false;
  }
});

// A row of days or months begins with the oldest: the newest are shown first.
for (const days of document.querySelectorAll("[data-newest]")) {
  days.scrollLeft = (document.documentElement.dir === "rtl" ? -1 : 1) * days.scrollWidth;
}
