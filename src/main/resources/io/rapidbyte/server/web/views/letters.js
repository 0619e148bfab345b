import {get, path} from '../lib/api.js';
import {h, row, table} from '../lib/dom.js';
import {time} from '../lib/format.js';

/** Rows of a pipeline that were rejected and are kept. */
export async function letters(page, name) {
  page.title(`Dead letters of ${name}`);
  const at = path('pipelines', name);
  const place = h('div');
  const more = h('button.quiet', {type: 'button', hidden: true, onclick: () => load().catch(page.failed)}, 'More');
  page.main.replaceChildren(
    h('p.crumbs', {}, h('a', {href: `#${at}`}, name)),
    h('h1', {}, 'Dead letters'), place, more);
  let all = [];
  let next = 0;

  async function load() {
    const answer = await get(`${at}/dead-letters?limit=100&after=${next}`);
    all = all.concat(answer.dead_letters);
    next = answer.next;
    more.hidden = next === undefined;
    place.replaceChildren(table('Dead letters', ['Saved', 'Stream', 'Why', 'Row'], all.map(line), 'None: every row was taken.'));
  }

  function line(letter) {
    return row(
      time(letter.saved_at),
      letter.stream,
      h('span', {}, letter.message, h('span.muted', {}, ` (${letter.code})`)),
      h('details', {}, h('summary', {}, letter.row.slice(0, 60)), h('pre', {tabindex: 0}, values(letter.row))));
  }

  await load();
}

/** A row as lines of column and value; its values are texts, which JSON keeps exactly. */
function values(text) {
  try {
    return Object.entries(JSON.parse(text)).map(([column, value]) => `${column}: ${value === null ? 'NULL' : value}`).join('\n');
  } catch {
    return text;
  }
}
