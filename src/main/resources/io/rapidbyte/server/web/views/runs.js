import {follow, get, path} from '../lib/api.js';
import {history} from '../lib/charts.js';
import {badge, h, row, table} from '../lib/dom.js';
import {between, seconds, time} from '../lib/format.js';

/** Every pipeline's runs, newest first, page by page. */
export async function runs(page) {
  page.title('Runs');
  const place = h('div');
  const more = h('button.quiet', {type: 'button', hidden: true, onclick: () => load().catch(page.failed)}, 'Older runs');
  page.main.replaceChildren(h('h1', {}, 'Runs'), place, more);
  let all = [];
  let next;

  async function load() {
    const answer = await get(`/runs?limit=50${next ? `&after=${encodeURIComponent(next)}` : ''}`);
    all = all.concat(answer.runs);
    next = answer.next;
    more.hidden = next === undefined;
    place.replaceChildren(history(all), table('Runs', ['Started', 'Pipeline', 'Ended as', 'Took', 'By', 'Why'], all.map(line), 'Nothing has been run yet.'));
  }

  function line(run) {
    return row(
      h('a', {href: `#${path('runs', run.run_id)}`}, time(run.started_at)),
      h('a', {href: `#${path('pipelines', run.pipeline)}`}, run.pipeline),
      badge(run.status),
      run.ended_at ? seconds(between(run.started_at, run.ended_at)) : '',
      run.trigger,
      run.failure?.message);
  }

  function again() {
    all = [];
    next = undefined;
    return load();
  }

  await load();
  return follow('/runs/progress', message => {
    if (message.type === 'run_started' || message.type === 'run_finished') again().catch(page.failed);
  }, page.feedState);
}
