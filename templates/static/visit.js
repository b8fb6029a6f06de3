// Tells the shop for how many seconds a book's page was in view, each time it is left or hidden.
// Without this script the shop knows that the page was opened, and nothing is missing on it.
(() => {
  const page = document.querySelector("[data-view]");
  const token = document.querySelector("#keep [name=csrf_token]");
  let seen = 0;
  let since = null;
  const look = () => {
    since = document.visibilityState === "visible" ? performance.now() : null;
  };
  const tell = () => {
    if (since === null) return;
    seen += performance.now() - since;
    since = null;
    const { view, isbn } = page.dataset;
    const fields = { view, isbn, seconds: Math.round(seen / 1000), csrf_token: token ? token.value : "" };
    navigator.sendBeacon("/seconds", new URLSearchParams(fields));
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? tell() : look()));
  addEventListener("pagehide", tell);
  addEventListener("pageshow", look);
  look();
})();
