// Suggestions while somebody types in a search box: a combobox with a list, as WAI-ARIA describes it.
// Without this script the box is an ordinary field of its form.
const WAIT_MS = 120;
const LONGEST_LIST = 8;

for (const input of document.querySelectorAll("input[data-suggest]")) {
  suggestFor(input);
}

async function suggested(text, limit, signal) {
  const answer = await fetch(`/api/v1/suggest?${new URLSearchParams({ q: text, limit })}`, { signal });
  return answer.ok ? (await answer.json()).items : [];
}

function suggestFor(input) {
  const words = input.dataset;
  const list = document.createElement("ul");
  const status = document.createElement("span");
  let timer, request, active = -1;

  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.suggest);
  status.className = "unseen";
  status.setAttribute("role", "status");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.parentElement.append(list, status);

  const options = () => [...list.children];

  function close() {
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(place) {
    active = place;
    options().forEach((option, n) => option.setAttribute("aria-selected", String(n === place)));
    const option = list.children[place];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function option(item, place) {
    const element = document.createElement("li");
    const text = document.createElement("span");
    const kind = document.createElement("span");
    element.id = `${list.id}-${place}`;
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    element.dataset.address = address(item);
    text.textContent = item.text;
    kind.className = "suggestion-kind";
    kind.textContent = words[item.kind];
    element.append(text, kind);
    return element;
  }

  function address(item) {
    if (window.filesOfShop) return window.filesOfShop.address(item);
    if (item.kind === "title") return `/books/${encodeURIComponent(item.isbn)}`;
    return `/${item.kind === "author" ? "authors" : "series"}/${encodeURIComponent(item.text)}`;
  }

  async function ask() {
    request?.abort();
    const text = input.value.trim();
    if (!text) return close();
    request = new AbortController();
    try {
      const { signal } = request;
      const items = await (window.filesOfShop?.suggest ?? suggested)(text, LONGEST_LIST, signal);
      if (signal.aborted) return;
      if (!items.length || document.activeElement !== input) return close();
      list.replaceChildren(...items.map(option));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      status.textContent = words.counts.split("|")[items.length - 1];
      activate(-1);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      ask();
    } else if (event.key === "ArrowDown" && last >= 0) {
      event.preventDefault();
      activate(active === last ? -1 : active + 1);
    } else if (event.key === "ArrowUp" && last >= 0) {
      event.preventDefault();
      activate(active === -1 ? last : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(list.children[active].dataset.address);
    } else if (event.key === "Tab") {
      close();
    }
  });
  // Before the field loses the focus and the list its options.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) location.assign(chosen.dataset.address);
  });
  input.addEventListener("blur", close);
}
