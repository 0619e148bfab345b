import {follow, get, path, post} from '../lib/api.js';
import {badge, h, row, table} from '../lib/dom.js';
import {between, seconds, time} from '../lib/format.js';

/** All pipelines with how they went last; a row changes when a run of it begins or ends. */
export async function pipelines(page) {
  page.title('Pipelines');
  const place = h('div');
  page.main.replaceChildren(h('h1', {}, 'Pipelines'), place, page.operate ? fresh() : '');

  async function refresh() {
    const {pipelines: all} = await get('/pipelines');
    place.replaceChildren(table('Pipelines', ['Pipeline', 'From', 'To', 'Streams', 'Last run', ''], all.map(line),
      'The folder that rapidbyte serve was given has no pipeline yet.'));
  }

  function line(pipeline) {
    const name = h('a', {href: `#${path('pipelines', pipeline.name)}`}, pipeline.name);
    if (!pipeline.valid) {
      return row(name, h('span.badge.failed', {}, 'file has problems'), undefined, undefined, undefined, undefined);
    }
    return row(name, pipeline.source, pipeline.destination, String(pipeline.streams.length), last(pipeline), button(pipeline));
  }

  function last(pipeline) {
    if (pipeline.running) return h('a', {href: `#${path('runs', pipeline.running)}`}, badge('running'));
    const run = pipeline.last_run;
    if (run === undefined) return h('span.muted', {}, 'never');
    return h('a', {href: `#${path('runs', run.run_id)}`},
      badge(run.status), ` ${time(run.started_at)}`, run.ended_at ? `, ${seconds(between(run.started_at, run.ended_at))}` : '');
  }

  function button(pipeline) {
    return page.operate && h('button', {
      type: 'button', disabled: pipeline.running !== undefined, 'aria-label': `Run ${pipeline.name}`,
      onclick: () => start(page, pipeline.name),
    }, 'Run');
  }

  await refresh();
  return follow('/runs/progress', message => {
    if (message.type === 'run_started' || message.type === 'run_finished') refresh().catch(page.failed);
  }, page.feedState);
}

/** Asks for a name, and goes to where the file is written. */
function fresh() {
  const name = h('input', {id: 'name', required: true, pattern: '[A-Za-z0-9_][A-Za-z0-9_.\\-]{0,127}', autocomplete: 'off', title: 'Letters, digits and _ - .'});
  const go = event => {
    event.preventDefault();
    location.hash = `${path('pipelines', name.value)}/edit`;
  };
  return h('form.line', {onsubmit: go}, h('label', {for: 'name'}, 'New pipeline'), name, h('button.quiet', {type: 'submit'}, 'Write its file'));
}

/** Starts a run and goes to its page. */
export const start = (page, name) => begin(page, '/runs', {pipeline: name});

/** Starts what is a run and goes to its page. */
export async function begin(page, at, json) {
  try {
    const started = await post(at, json, {headers: {'idempotency-key': crypto.randomUUID?.() ?? String(Math.random())}});
    location.hash = path('runs', started.run_id);
  } catch (error) {
    page.failed(error);
  }
}
