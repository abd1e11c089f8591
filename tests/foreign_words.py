"""English words of a page in another language, as a browser finds them."""

FOREIGN_WORDS = """(more) => {
  const SKIPPED = "bdi, code, script, style, pre, noscript, svg, [lang=en], " + more;
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, own = text.parentElement;
    if (own.closest(SKIPPED)) continue;
    found.push(...(text.data.match(/[A-Za-z]{3,}/g) || []));
  }
  return found;
}"""
"""For ``page.evaluate`` with a selector of what is left out beside what always is."""
