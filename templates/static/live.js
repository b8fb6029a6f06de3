// Shows what changes in a live session, and sends its buttons without loading the page anew.
// Without this script every button loads the page, and a link shows what is new.
(() => {
  let pressed = false;
  const put = (old) => {
    // Buttons must not move while somebody is about to press one.
    if (old.next == null || (!pressed && old.matches("[data-steady]:is(:hover, :focus-within)"))) return;
    const had = old.contains(document.activeElement);
    old.innerHTML = old.last = old.next;
    old.next = null;
    if (had) old.focus();
  };
  const show = (html) => {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const part of fresh.content.children) {
      const old = document.getElementById(part.id);
      if (old.last !== part.innerHTML) old.next = part.innerHTML;
      put(old);
    }
    pressed = false;
  };
  for (const part of document.querySelectorAll("[data-steady]")) {
    part.onmouseleave = part.onfocusout = () => setTimeout(put, 0, part);
  }
  const page = document.querySelector("[data-stream]");
  new EventSource(page.dataset.stream).onmessage = (event) => show(event.data);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const { name, value } = event.submitter;
    if (!form.matches("[data-live]")) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.append(name, value);
    body.append("script", 1);
    pressed = true;
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
    page.querySelector("[role=alert]").hidden = answer.ok;
    if (answer.ok) show(await answer.text());
  });
})();
