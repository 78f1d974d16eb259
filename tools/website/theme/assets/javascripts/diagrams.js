/* Draws the page's diagrams with the site's own Mermaid. Their colours are the theme's variables, so that
   they follow its switch without being drawn again. Without scripts the blocks stay readable text. */
(() => {
  "use strict";
  const NARROW = 600;
  const SMALLEST = 0.6; // Of 15 px: 9 px are still read.
  const COLOURS = `
    .node rect, .node circle, .node polygon, .node path { fill: var(--diagram-node); stroke: var(--diagram-line); }
    .cluster rect { fill: var(--diagram-group); stroke: var(--diagram-edge); }
    .nodeLabel, .cluster-label .nodeLabel { color: var(--md-default-fg-color); }
    .edgeLabel, .edgeLabel p, .labelBkg { color: var(--md-default-fg-color); background: var(--md-default-bg-color); }
    .flowchart-link { stroke: var(--diagram-edge); }
    .marker, .marker path { fill: var(--diagram-edge); stroke: var(--diagram-edge); }
    p { margin: 0; }
  `;
  mermaid.initialize({
    startOnLoad: false,
    theme: "base",
    themeCSS: COLOURS,
    themeVariables: { fontFamily: "inherit", fontSize: "15px" },
    flowchart: { useMaxWidth: false, nodeSpacing: 30, rankSpacing: 36, padding: 10 },
  });

  async function draw(block, number) {
    const narrow = block.clientWidth < NARROW;
    const source = block.textContent.replace(/^flowchart LR/m, narrow ? "flowchart TB" : "flowchart LR");
    const { svg } = await mermaid.render(`diagram-${number}`, source);
    const figure = document.createElement("div");
    figure.className = "diagram-drawn";
    figure.tabIndex = 0; // What is wider than the page is scrolled to, by keys as well.
    figure.innerHTML = svg;
    const drawing = figure.querySelector("svg");
    const width = drawing.viewBox.baseVal.width;
    drawing.removeAttribute("height");
    drawing.style.cssText = `width: 100%; height: auto; max-width: ${width}px; min-width: ${SMALLEST * width}px`;
    drawing.setAttribute("role", "img");
    block.replaceWith(figure);
  }

  async function drawAll() {
    await document.fonts.ready; // The width of a text counts.
    for (const [number, block] of document.querySelectorAll("pre.diagram").entries()) await draw(block, number);
    document.documentElement.dataset.diagrams = "drawn";
  }

  drawAll();
})();
