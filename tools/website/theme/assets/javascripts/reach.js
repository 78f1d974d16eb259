/* What the theme leaves to be done for those who use a keyboard or a screen reader: what can be scrolled is
   reached by the keyboard, the search has a name, and a part of the navigation has the name of its part. */
(() => {
  "use strict";
  const SCROLLED = "pre > code, .tabbed-labels, .md-typeset__scrollwrap";

  function reach() {
    for (const part of document.querySelectorAll(SCROLLED)) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else if (part.tabIndex === 0) part.removeAttribute("tabindex");
    }
    // The theme adds a bar of buttons to each block of code later, as a part of the page without a name.
    for (const [number, bar] of document.querySelectorAll("nav.md-code__nav").entries())
      bar.setAttribute("aria-label", `Buttons of code ${number + 1}`);
  }

  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const part of document.querySelectorAll("nav.md-nav[aria-labelledby]")) {
    const title = part.querySelector(":scope > .md-nav__title")?.textContent.trim();
    if (!title) continue;
    part.setAttribute("aria-label", `Pages: ${title}`);
    part.removeAttribute("aria-labelledby");
  }
  new ResizeObserver(reach).observe(document.body);
  new MutationObserver(reach).observe(document.querySelector(".md-content"), { childList: true, subtree: true });
  for (const choice of document.querySelectorAll(".tabbed-set > input")) choice.addEventListener("change", reach);
})();
