import {get, path} from '../lib/api.js';
import {h, row, table} from '../lib/dom.js';
import {count, time} from '../lib/format.js';
import {begin} from './pipelines.js';

/** Rows of a pipeline that were rejected and are kept. */
export async function letters(page, name) {
  page.title(`Dead letters of ${name}`);
  const at = path('pipelines', name);
  const place = h('div');
  const more = h('button.quiet', {type: 'button', hidden: true, onclick: () => load().catch(page.failed)}, 'More');
  const again = h('button', {type: 'button', disabled: true, onclick: () => confirm(page, at).catch(page.failed)}, 'Replay …');
  page.main.replaceChildren(
    h('p.crumbs', {}, h('a', {href: `#${at}`}, name)),
    h('h1', {}, 'Dead letters'), page.operate ? h('p.actions', {}, again) : '', place, more);
  let all = [];
  let next = 0;

  async function load() {
    const answer = await get(`${at}/dead-letters?limit=100&after=${next}`);
    all = all.concat(answer.dead_letters);
    next = answer.next;
    more.hidden = next === undefined;
    again.disabled = all.length === 0;
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
  return () => document.querySelectorAll('dialog').forEach(dialog => dialog.remove());
}

/** Says what a replay would take, and begins it where it is confirmed. */
async function confirm(page, at) {
  const [preview, known] = await Promise.all([get(`${at}/dead-letters/replay`), get(at)]);
  const some = preview.selection.filter(stream => stream.dead_letters > 0);
  const streams = some.map(stream => [stream, h('input', {type: 'checkbox', checked: true, onchange: () => look()})]);
  const overwrite = h('input', {type: 'checkbox'});
  const go = h('button', {type: 'submit'}, 'Replay');
  const left = preview.selection.flatMap(stream => stream.left_out.map(why => h('li', {}, `${stream.stream}: ${why}`)));
  const chosen = () => streams.filter(([, box]) => box.checked).map(([stream]) => stream.stream);
  const look = () => {
    go.disabled = chosen().length === 0;
  };
  const submit = event => {
    event.preventDefault();
    go.disabled = true;
    dialog.close();
    begin(page, `${at}/dead-letters/replay`, {streams: chosen(), overwrite: overwrite.checked});
  };
  const dialog = h('dialog', {'aria-labelledby': 'replay-title', onclose: () => dialog.remove()}, h('form', {onsubmit: submit},
    h('h2', {id: 'replay-title'}, 'Replay dead letters'),
    h('p', {}, some.length === 0
      ? 'There is nothing to replay.'
      : `${known.destination} gets these rows once more, as it is set up now. Those that it refuses again stay here, with the new reason.`),
    streams.map(([stream, box]) => h('label', {}, box, ` ${stream.stream}: ${count(stream.dead_letters)}`)),
    known.write_mode === 'upsert' && some.length > 0 && h('label', {}, overwrite, ' Write over rows that have the same key by now'),
    left.length > 0 && h('ul.muted', {}, left),
    h('p.actions', {},
      some.length > 0 && go,
      h('button.quiet', {type: 'button', onclick: () => dialog.close()}, some.length > 0 ? 'Leave them' : 'Close'))));
  document.body.append(dialog);
  dialog.showModal();
}

/** A row as lines of column and value; its values are texts, which JSON keeps exactly. */
function values(text) {
  try {
    return Object.entries(JSON.parse(text)).map(([column, value]) => `${column}: ${value === null ? 'NULL' : value}`).join('\n');
  } catch {
    return text;
  }
}
