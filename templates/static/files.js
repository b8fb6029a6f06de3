// Exported pages: what is personal comes from the API of the live site, with a bearer token. Search
// asks the API too, and the index among the files (export_site/files/search_index.py) without one.
const { api, base, root } = document.body.dataset;
const SESSION = "bookrec-session";
const WAIT_MS = 4000;
const MOST_HITS = 48;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function session() {
  try {
    return JSON.parse(localStorage.getItem(SESSION));
  } catch {
    return null;
  }
}

function keep(value) {
  if (value) localStorage.setItem(SESSION, JSON.stringify(value));
  else localStorage.removeItem(SESSION);
}

// Answer of the API; an error has its status.
async function call(method, path, body) {
  const headers = {};
  const token = session()?.token;
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  const request = { method, headers, credentials: "omit", signal: AbortSignal.timeout(WAIT_MS) };
  const answer = await fetch(`${api}/api/v1${path}`, { ...request, body: body && JSON.stringify(body) });
  if (answer.status === 401 && token) {
    keep(null);
    showSession();
  }
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}

// Name of a file as export_site/files/file_names.py has it; null for an id that it shortens.
function fileName(text) {
  if (/^[0-9]{9}X$/.test(text)) return text;
  if (/^([0-9]{9}x|con|prn|aux|nul|com[0-9]|lpt[0-9]|index)$/.test(text)) {
    return `${text.slice(0, -1)}_${text.charCodeAt(text.length - 1).toString(16)}`;
  }
  let name = "";
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    name += /[a-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, "0")}`;
  }
  return name.length > 120 ? null : name;
}

function bookAddress(isbn) {
  const name = fileName(isbn);
  return name ? `${root}/books/${name}.html` : `${api}/books/${encodeURIComponent(isbn)}`;
}

function bookItem(book) {
  const item = one("#a-book").content.cloneNode(true);
  const cover = one(".cover", item);
  one(".book-link", item).href = bookAddress(book.isbn);
  one(".book-title", item).textContent = book.title;
  cover.src = `${base}/covers/${fileName(book.isbn)}.svg`;
  if (book.author) one(".book-author", item).textContent = book.author;
  if (book.price) one(".price", item).textContent = money(book.price, book.currency);
  else one(".book-offer", item).remove();
  return item;
}

function money(minor, currency) {
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

// ---- Session

function showSession() {
  const known = session();
  for (const element of all("[data-signed-in]")) element.hidden = !known;
  for (const element of all("[data-signed-out]")) element.hidden = Boolean(known);
  for (const element of all("#own-book, #own-shelf")) if (!known) element.hidden = true;
  if (known) one("a[data-signed-in]").textContent = known.username;
}

async function signIn(event) {
  event.preventDefault();
  const form = event.target;
  const { username, password } = form.elements;
  const button = one("button[type=submit]", form);
  button.disabled = true;
  try {
    const { token } = await call("POST", "/session", { username: username.value, password: password.value });
    keep({ token, username: username.value });
    const back = new URLSearchParams(location.search).has("from") && document.referrer;
    location.assign(back && new URL(back).origin === location.origin ? back : `${root}/`);
  } catch (error) {
    const key = { 401: "wrong", 429: "many" }[error.status] || "failed";
    for (const message of all("[data-error]")) message.hidden = message.dataset.error !== key;
    button.disabled = false;
    password.focus();
  }
}

async function signOut() {
  await call("DELETE", "/session").catch(() => null);
  keep(null);
  location.reload();
}

// ---- A reader's shelf and books

function reasonOf(reason) {
  const words = one(`[data-relation="${reason.relation}"]`, one("#reasons").content);
  if (!words) return null;
  const line = words.cloneNode(true);
  const link = one("a", line);
  link.href = bookAddress(reason.isbn);
  link.textContent = reason.title;
  for (const node of line.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replace("RATING", reason.rating);
  }
  return line;
}

async function showShelf(section) {
  const { items } = await call("GET", "/me/recommendations?limit=12");
  one("ol", section).replaceChildren(...items.map(({ book, because }) => {
    const item = bookItem(book);
    const reason = because?.length && reasonOf(because[0]);
    if (reason) one(".book-reason", item).replaceChildren(...reason.childNodes);
    else one(".book-reason", item).remove();
    return item;
  }));
  section.hidden = !items.length;
}

async function showOwnBook(section) {
  const isbn = encodeURIComponent(section.dataset.isbn);
  const { seen, rating, shelf } = await call("GET", `/me/books/${isbn}`);
  const shown = {
    want: !seen && shelf !== "want",
    unwant: !seen && shelf === "want",
    own: !seen,
    dismiss: shelf !== "dismissed",
    undismiss: shelf === "dismissed",
    unrate: seen,
  };
  for (const button of all("[data-action]", section)) {
    const action = button.dataset.action;
    if (action === "rate") button.setAttribute("aria-pressed", String(Number(button.value) === rating));
    else button.hidden = !shown[action];
  }
  section.hidden = false;
}

const CALLS = {
  want: ["PUT", "want"],
  unwant: ["DELETE", "want"],
  own: ["PUT", "owned"],
  dismiss: ["PUT", "dismissed"],
  undismiss: ["DELETE", "dismissed"],
  rate: ["PUT", "ratings"],
  unrate: ["DELETE", "ratings"],
};

async function act(section, button) {
  const [method, shelf] = CALLS[button.dataset.action];
  const rating = button.dataset.action === "rate" ? { rating: Number(button.value) } : undefined;
  const failed = one("[role=alert]", section);
  try {
    await call(method, `/me/${shelf}/${encodeURIComponent(section.dataset.isbn)}`, rating);
    await showOwnBook(section);
    failed.hidden = true;
    if (button.hidden) one("[data-action]:not([hidden])", section).focus();
  } catch {
    failed.hidden = false;
  }
}

// ---- Search among the files

const LETTERS = { đ: "d", ø: "o", ł: "l", ß: "ss", æ: "ae", œ: "oe", ı: "i", þ: "th", ð: "d" };
const FILLERS = new Set("a an the der die das le la les and of in to for on".split(" "));

function fold(text) {
  const bare = text.toLowerCase().normalize("NFKD").replace(/[đøłßæœıþð]/g, (letter) => LETTERS[letter]);
  return bare.replace(/\p{M}|['’`]/gu, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

const kept = new Map();
function load(file) {
  if (!kept.has(file)) {
    kept.set(file, fetch(`${base}/search/${file}.json`).then((answer) => (answer.ok ? answer.json() : null)));
  }
  return kept.get(file);
}

// Longest beginning of a word in the tree: [beginning, number of files of whole words or -1].
async function beginning(word) {
  const tree = (await load(`letters/${fileName(word[0])}`)) || {};
  for (let end = word.length; end; end--) {
    const start = word.slice(0, end);
    if (start in tree) return [start, tree[start]];
  }
  return ["", -1];
}

// Distance of two words, as far as it matters: 9 for words of other lengths.
function distance(a, b) {
  if (Math.abs(a.length - b.length) > 2) return 9;
  let before = [...Array(b.length + 1).keys()];
  let earlier = before;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], earlier[j - 2] + 1);
      }
    }
    [earlier, before] = [before, row];
  }
  return before[b.length];
}

function has(row, words, near) {
  const texts = fold(`${row[1]} ${row[2]} ${row[0]} ${row[4] || ""}`);
  texts.push(texts.join(""));
  return words.every((word) => texts.some((text) =>
    text.startsWith(word) || (near && distance(word, text) <= (word.length > 6 ? 2 : 1))));
}

async function searchFiles(text, most) {
  const typed = fold(text);
  const words = typed.filter((word) => !FILLERS.has(word));
  if (!words.length) words.push(...typed);
  if (!words.length) return { books: [], near: false };
  const starts = await Promise.all(words.map(beginning));
  // A leaf has few books; a longer beginning fewer.
  const order = words.map((_, place) => place).sort((a, b) =>
    (starts[a][1] >= 0) - (starts[b][1] >= 0) || starts[b][0].length - starts[a][0].length);
  const hits = new Map();
  for (const near of [false, true]) {
    for (const place of near ? order : order.slice(0, 1)) {
      const [start, files] = starts[place];
      for (let number = 0; start && number <= Math.max(files, 0) && hits.size < most; number++) {
        const rows = (await load(`words/${fileName(start)}-${number}`)) || [];
        for (const row of rows) if (has(row, words, near)) hits.set(row[0], row);
      }
    }
    if (hits.size) {
      const books = [...hits.values()].slice(0, most).map(([isbn, title, author]) => ({ isbn, title, author }));
      return { books, near };
    }
  }
  return { books: [], near: false };
}

async function search(text) {
  if (api) {
    try {
      const query = new URLSearchParams({ q: text, page_size: MOST_HITS });
      const { items, total } = await call("GET", `/books?${query}`);
      return { books: items, total, near: false };
    } catch {
      // The files have an index.
    }
  }
  return searchFiles(text, MOST_HITS);
}

async function showHits(text) {
  const { books, total, near } = await search(text);
  const count = one("#hit-count");
  one("#hits").replaceChildren(...books.map((book) => {
    const item = bookItem(book);
    one(".book-reason", item).remove();
    return item;
  }));
  const number = total ?? `${books.length}${books.length === MOST_HITS ? "+" : ""}`;
  count.textContent = books.length ? `${number} ${count.dataset.many}` : count.dataset.none;
  one("#near").hidden = !near;
  one("#no-hits").hidden = books.length > 0;
}

// For static/search.js: suggestions of the API or of the files, and their addresses.
window.filesOfShop = {
  async suggest(text, limit) {
    if (api) {
      try {
        return (await call("GET", `/suggest?${new URLSearchParams({ q: text, limit })}`)).items;
      } catch {
        // The files have an index.
      }
    }
    const { books } = await searchFiles(text, limit);
    return books.map(({ isbn, title }) => ({ kind: "title", text: title, isbn }));
  },
  address(item) {
    return item.isbn ? bookAddress(item.isbn) : `${root}/search.html?${new URLSearchParams({ q: item.text })}`;
  },
};

// ---- The page

for (const form of all("form[role=search]")) form.action = `${root}/search.html`;
if (api) {
  for (const link of all("a[data-signed-out]")) {
    const { pathname } = new URL(link.href);
    if (pathname.endsWith("/login")) link.href = `${root}/login.html${one("#own-book") ? "?from=book" : ""}`;
  }
  for (const link of all(".sign-in-to-rate a")) link.href = `${root}/login.html?from=book`;
  one("[data-sign-out]")?.addEventListener("click", signOut);
  one(".panel form")?.addEventListener("submit", signIn);
  showSession();
  const ownBook = one("#own-book");
  ownBook?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button) act(ownBook, button);
  });
  if (session()) {
    const shelf = one("#own-shelf");
    if (shelf) showShelf(shelf).catch(() => null);
    if (ownBook) showOwnBook(ownBook).catch(() => null);
  }
}
const searchForm = one("#file-search");
if (searchForm) {
  const text = new URLSearchParams(location.search).get("q") || "";
  for (const field of all("input[name=q]")) field.value = text;
  if (text.trim()) showHits(text);
}
