// Keeps the page of a live session new and sends its buttons in place; without it each loads the page.
(() => {
  const page = document.querySelector("[data-stream]");
  const parts = (root) => root.querySelectorAll("[id^=part-]");
  let pressed;
  const put = (part) => {
    // No button moves while somebody is about to press it.
    if (!part.next || (!pressed && part.matches("[data-steady]:is(:hover, :has(:focus-visible))"))) return;
    const focused = part.matches(":focus-within");
    part.innerHTML = part.last = part.next;
    part.next = "";
    if (focused) part.focus();
  };
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const { id, innerHTML } of parts(fresh)) {
      const part = document.getElementById(id);
      if (part.last !== innerHTML) part.next = innerHTML;
      put(part);
    }
    if (html) pressed = 0;
  };
  for (const part of parts(page)) part.onmouseleave = part.onfocusout = () => setTimeout(put, 0, part);
  const source = new EventSource(page.dataset.stream);
  source.onmessage = (event) => show(event.data);
  source.onerror = () => source.readyState > 1 && setTimeout(() => location.reload(), 3e3);
  page.onsubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form, event.submitter));
    body.append("script", (pressed = 1));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body }).catch(() => ({}));
    page.firstElementChild.hidden = !!answer.ok;
    if (answer.ok) show(await answer.text());
  };
})();
