import {Problem, follow, get, path, post} from '../lib/api.js';
import {breakdown} from '../lib/charts.js';
import {badge, h, row, say, table} from '../lib/dom.js';
import {between, bytes, count, rows, seconds, time} from '../lib/format.js';
import {apply, fromSnapshot, rates} from '../lib/progress.js';

const LOG_LINES = 200;

/** One run: live while it goes on, its record once it has ended. */
export async function run(page, id) {
  page.title(`Run ${id}`);
  const at = path('runs', id);
  const record = await get(at);
  const known = await get(path('pipelines', record.pipeline)).catch(error => {
    if (error instanceof Problem && error.status === 404) return {};
    throw error;
  });
  const board = new Board(page, record, known);
  page.main.replaceChildren(...board.parts);
  if (record.progress === undefined) {
    board.recorded(record);
    return undefined;
  }
  let live = fromSnapshot(record.progress);
  // Events say how things stand, not by how much they changed: those that are in the snapshot already only add the log.
  const {events} = await get(`${at}/events?limit=2000`);
  events.forEach(event => apply(live, event));
  board.show(live);
  let waiting = false;
  const stop = follow(`${at}/progress`, message => {
    if (message.type === 'snapshot') {
      const logs = live.logs;
      if (message.runs[0]) live = Object.assign(fromSnapshot(message.runs[0]), {logs});
    } else if (message.type !== 'heartbeat') {
      apply(live, message);
    }
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        board.show(live);
      });
    }
  }, page.feedState, events.at(-1)?.id);
  const clock = setInterval(() => board.tick(live), 1000);
  return () => {
    clearInterval(clock);
    stop();
  };
}

/** The page of a run. Its elements are made once and then only told what is new, so that focus and selection stay. */
class Board {
  constructor(page, record, known) {
    this.page = page;
    this.record = record;
    this.streams = new Map();
    this.status = h('span', {'aria-live': 'polite'}, badge(record.status));
    this.took = h('span');
    this.failure = h('div');
    this.cancel = h('button.danger', {type: 'button', onclick: () => this.stop()}, 'Cancel');
    const before = record.trigger === 'replay' ? ['dead letters'] : [known.source ?? 'source', ...(known.transforms ?? [])];
    this.nodes = [...before, known.destination ?? 'destination'];
    this.edges = this.nodes.slice(1).map(() => h('span.rate', {}, '–'));
    this.body = h('tbody');
    this.where = h('div');
    this.lines = h('ol.log', {tabindex: 0, 'aria-label': 'Log'});
    this.parts = [
      h('p.crumbs', {}, h('a', {href: `#${path('pipelines', record.pipeline)}`}, record.pipeline), ' · run ', h('code', {}, record.run_id)),
      h('h1', {}, record.pipeline, ' ', this.status),
      h('p', {}, `Started ${time(record.started_at)} by ${record.trigger}, `, this.took, ' ', this.cancel),
      this.failure,
      this.graph(),
      h('h2', {}, 'Streams'),
      h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Streams'}, h('table.streams', {},
        h('thead', {}, h('tr', {}, ['Stream', 'State', 'Progress', 'Read', 'Rate', 'Durable', 'Rejected', 'Attempt'].map(head => h('th', {scope: 'col'}, head)))),
        this.body)),
      this.where,
      h('h2', {}, 'Log'),
      this.lines,
    ];
  }

  graph() {
    const items = [h('li.node', {}, this.nodes[0])];
    this.nodes.slice(1).forEach((node, i) => items.push(
      h('li.edge', {}, h('span.arrow', {'aria-hidden': 'true'}), this.edges[i]),
      h('li.node', {}, node)));
    return h('ol.graph', {'aria-label': 'From the source to the destination'}, items);
  }

  async stop() {
    this.cancel.disabled = true;
    try {
      await post(`${path('runs', this.record.run_id)}/cancel`);
      this.page.notice('The run was asked to stop.', 'succeeded');
    } catch (error) {
      this.cancel.disabled = false;
      this.page.failed(error);
    }
  }

  tick(live) {
    const until = live.report ? live.report.seconds : between(live.started_at);
    say(this.took, `${live.report ? 'took' : 'for'} ${seconds(until)}`);
  }

  show(live) {
    this.tick(live);
    this.head(live.status, live.report?.failure);
    const flow = this.edges.map(() => ({rows: 0, bytes: 0}));
    for (const stream of live.streams.values()) {
      const rate = rates(stream);
      this.line(stream, rate);
      flow.forEach((edge, i) => {
        edge.rows += rate.edges[i]?.rows ?? 0;
        edge.bytes += rate.edges[i]?.bytes ?? 0;
      });
    }
    this.edges.forEach((edge, i) => say(edge, live.report ? '' : `${count(flow[i].rows)} rows/s, ${bytes(flow[i].bytes)}/s`));
    live.logs.splice(0).forEach(entry => this.log(entry));
    if (live.report) this.times(live.report.streams);
  }

  head(status, failure) {
    if (this.status.firstChild.textContent !== status) this.status.replaceChildren(badge(status));
    this.cancel.hidden = status !== 'running' || !this.page.operate;
    if (failure && !this.failure.hasChildNodes()) {
      this.failure.append(h('p.failed', {}, failure.message, h('span.muted', {}, ` (${failure.kind}, ${failure.code})`)));
    }
  }

  line(stream, rate) {
    let cells = this.streams.get(stream.stream);
    if (cells === undefined) {
      cells = {
        state: h('td'), bar: h('progress', {'aria-label': `Progress of ${stream.stream}`, max: 1}), percent: h('span.muted'),
        read: h('td.number'), rate: h('td.number'), durable: h('td.number'), rejected: h('td.number'), attempt: h('td.number'),
      };
      this.body.append(h('tr', {}, h('th', {scope: 'row'}, stream.stream), cells.state, h('td', {}, cells.bar, ' ', cells.percent),
        cells.read, cells.rate, cells.durable, cells.rejected, cells.attempt));
      this.streams.set(stream.stream, cells);
    }
    if (cells.state.textContent !== stream.status) cells.state.replaceChildren(badge(stream.status));
    progress(cells, stream);
    say(cells.read, `${rows(stream.rows_read)}, ${bytes(stream.bytes_read)}`);
    say(cells.rate, stream.status === 'running' && rate.read > 0 ? `${count(rate.read)} rows/s, ${bytes(rate.bytes)}/s` : '');
    say(cells.durable, count(stream.rows_committed));
    say(cells.rejected, count(stream.rows_rejected ?? 0));
    say(cells.attempt, stream.attempt > 0 ? String(stream.attempt) : '');
    cells.state.title = [stream.error, stream.limited_by ? `waits for ${stream.limited_by}` : ''].filter(Boolean).join('; ');
  }

  log(entry) {
    const scrolled = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 4;
    this.lines.append(h(`li.${entry.level}`, {},
      h('time', {datetime: entry.at}, new Date(entry.at).toLocaleTimeString()), ` ${entry.stream ? `${entry.stream} ` : ''}${entry.stage}: ${entry.message}`));
    while (this.lines.childElementCount > LOG_LINES) this.lines.firstElementChild.remove();
    if (scrolled) this.lines.scrollTop = this.lines.scrollHeight;
  }

  times(reports) {
    if (this.where.hasChildNodes()) return;
    for (const report of reports) {
      if (Object.keys(report.timings ?? {}).length === 0) continue;
      this.where.append(h('section', {},
        h('h2', {}, `Where the time of ${report.stream} went`),
        report.bottleneck ? h('p', {}, report.bottleneck.text) : undefined,
        breakdown(report.timings)));
    }
    const told = reports.flatMap(report => (report.warnings ?? []).map(warning => h('li', {}, `${report.stream}: ${warning}`)));
    if (told.length > 0) this.where.append(h('h2', {}, 'Warnings'), h('ul', {}, told));
  }

  /** What the state remembers, where the server has no events of the run any more. */
  recorded(record) {
    say(this.took, record.ended_at ? `took ${seconds(between(record.started_at, record.ended_at))}` : 'and is not known to have ended');
    this.head(record.status, record.failure);
    this.cancel.hidden = true;
    this.edges.forEach(edge => say(edge, ''));
    for (const stream of record.streams ?? []) {
      this.line({
        ...stream, rows_committed: stream.rows_written, rows_rejected: stream.dead_letters, attempt: stream.attempts.length,
        error: stream.failure?.message,
      }, {read: 0, bytes: 0});
    }
    const changes = (record.streams ?? []).flatMap(stream => (stream.schema_changes ?? []).map(change => row(stream.stream, h('code', {}, change))));
    if (changes.length > 0) this.where.append(h('h2', {}, 'Schema changes'), table('Schema changes', ['Stream', 'Statement'], changes));
    this.lines.append(h('li.muted', {}, 'The log is kept while the run goes on, and a while after.'));
  }
}

function progress(cells, stream) {
  const done = stream.status === 'succeeded';
  const expected = stream.rows_expected;
  if (done) cells.bar.value = 1;
  else if (expected > 0) cells.bar.value = Math.min(1, stream.rows_read / expected);
  else if (stream.status === 'running') cells.bar.removeAttribute('value');
  else cells.bar.value = 0;
  say(cells.percent, !done && expected > 0 ? `${Math.min(100, Math.round((100 * stream.rows_read) / expected))} %` : '');
}
