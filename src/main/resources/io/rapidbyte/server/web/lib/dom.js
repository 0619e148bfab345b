/*
 * Elements without markup: text becomes text nodes, so nothing that a database or a pipeline says is ever read as HTML.
 */

/** `h('a.quiet', {href: '#/runs'}, 'Runs')`. Properties that begin with `on` are listeners; undefined and false ones are left out, and such children too. */
export function h(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter(child => child !== undefined && child !== null && child !== false));
  return element;
}

/** The same for drawings. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A table that scrolls by itself where the page is narrow. */
export function table(caption, heads, rows, empty = 'None.') {
  if (rows.length === 0) return h('p.muted', {}, empty);
  return h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': caption},
    h('table', {},
      h('caption.hidden', {}, caption),
      h('thead', {}, h('tr', {}, heads.map(head => h('th', {scope: 'col'}, head)))),
      h('tbody', {}, rows)));
}

export function row(...cells) {
  return h('tr', {}, cells.map(cell => h('td', {}, cell)));
}

/** A run's or stream's state: a word, and a colour for those who see it. */
export function badge(status) {
  return h(`span.badge.${status}`, {}, status);
}

/** Sets text only where it has changed, so that a screen reader is not told of nothing new. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
