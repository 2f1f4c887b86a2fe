// Asks every few seconds whether there is news, and loads the page again when there is.
const page = document.querySelector("[data-mark]");
setInterval(async () => {
  if (document.hidden || document.activeElement?.matches("input")) return;
  try {
    const answer = await fetch("/github/setup/progress", { cache: "no-store" });
    if (answer.ok && (await answer.json()).mark !== page.dataset.mark) location.assign("/github/setup");
  } catch {
    // The next look may get through.
  }
}, 3000);
