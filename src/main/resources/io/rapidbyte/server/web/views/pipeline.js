import {get, path, post} from '../lib/api.js';
import {badge, h, row, table} from '../lib/dom.js';
import {checked, problems} from './findings.js';
import {history} from '../lib/charts.js';
import {between, rows, seconds, time} from '../lib/format.js';
import {start} from './pipelines.js';

const RUNS = 40;

/** One pipeline: what it does, how far it has got, how its runs went, what its file says. */
export async function pipeline(page, name) {
  page.title(name);
  const at = path('pipelines', name);
  const known = await get(at);
  const parts = [
    h('p.crumbs', {}, h('a', {href: '#/pipelines'}, 'Pipelines')),
    h('h1', {}, name),
  ];
  if (!known.valid) {
    page.main.replaceChildren(...parts,
      h('section', {}, h('h2', {}, 'The file has problems'), problems(known.problems)),
      page.operate && h('p.actions', {}, h('a.button.quiet', {href: `#${at}/edit`}, 'Write it anew')));
    return;
  }
  const findings = h('div', {'aria-live': 'polite'});
  parts.push(
    h('p', {}, [known.source, ...(known.transforms ?? []), known.destination].join(' → '), ` · ${known.write_mode}`),
    h('p.actions', {},
      known.running
        ? h('a.button', {href: `#${path('runs', known.running)}`}, 'Watch the run')
        : page.operate && h('button', {type: 'button', onclick: () => start(page, name)}, 'Run'),
      page.operate && h('button.quiet', {type: 'button', onclick: () => check(page, at, findings)}, 'Check'),
      page.operate && h('a.button.quiet', {href: `#${at}/edit`}, 'Edit'),
      h('a.button.quiet', {href: `#${at}/dead-letters`}, 'Dead letters')),
    findings);
  const [{runs}, state] = await Promise.all([
    get(`/runs?pipeline=${encodeURIComponent(name)}&limit=${RUNS}`),
    get(`${at}/state`),
  ]);
  page.main.replaceChildren(...parts, streams(known, state), h('h2', {}, 'Runs'), history(runs), past(runs), ...file(known));
}

function streams(known, state) {
  const kept = new Map(state.streams.map(stream => [stream.stream, stream]));
  return h('section', {},
    h('h2', {}, 'Streams'),
    table('Streams', ['Stream', 'Sync mode', 'Got as far as'], known.streams.map(stream =>
      row(stream.name, stream.sync_mode, place(kept.get(stream.name))))));
}

function place(kept) {
  if (kept?.cursor?.value !== undefined) return h('code', {}, String(kept.cursor.value));
  const load = kept?.load;
  if (load === undefined) return h('span.muted', {}, 'nothing yet');
  return load.rows === undefined ? (load.status ?? '') : rows(load.rows);
}

function past(runs) {
  return table('Runs', ['Started', 'Ended as', 'Took', 'By', 'Why'], runs.map(run => row(
    h('a', {href: `#${path('runs', run.run_id)}`}, time(run.started_at)),
    badge(run.status),
    run.ended_at ? seconds(between(run.started_at, run.ended_at)) : '',
    run.trigger,
    run.failure?.message)), 'It has not been run yet.');
}

function file(known) {
  return known.yaml === undefined ? [] : [h('details', {}, h('summary', {}, 'The file'), h('pre', {tabindex: 0}, known.yaml))];
}

async function check(page, at, place) {
  place.replaceChildren(h('p.muted', {}, 'Asking the source and the destination …'));
  try {
    place.replaceChildren(...checked(await post(`${at}/validate`)));
  } catch (error) {
    place.replaceChildren();
    page.failed(error);
  }
}
