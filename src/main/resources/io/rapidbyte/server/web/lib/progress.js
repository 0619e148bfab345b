/*
 * A run as its events tell it: the browser's side of what the server's snapshots hold.
 */

const WINDOW_SECONDS = 4;

/** @param {object} told a `Progress` of the API */
export function fromSnapshot(told) {
  return {
    ...told,
    streams: new Map(told.streams.map(stream => [stream.stream, {...stream, samples: []}])),
    logs: [],
  };
}

function stream(run, name) {
  if (!run.streams.has(name)) {
    run.streams.set(name, {
      stream: name, status: 'waiting', attempt: 0, rows_read: 0, bytes_read: 0, rows_out: 0, rows_rejected: 0, frontier: 0,
      rows_committed: 0, edges: [], samples: [],
    });
  }
  return run.streams.get(name);
}

function finished(run, report) {
  Object.assign(stream(run, report.stream), {
    status: report.status,
    attempt: report.attempts,
    rows_read: report.rows_read,
    bytes_read: report.bytes_read,
    rows_committed: report.rows_written,
    rows_rejected: report.rows_rejected,
    error: report.failure?.message,
    samples: [],
    report,
  });
}

/** Takes one message of a feed in. */
export function apply(run, event) {
  run.at = event.at ?? run.at;
  const of = () => stream(run, event.stream);
  switch (event.type) {
    case 'run_started':
      event.streams.forEach(name => stream(run, name));
      break;
    case 'stream_started':
      Object.assign(of(), {status: 'running', attempt: 1, started_at: event.at});
      break;
    case 'stream_progress': {
      const {rows_read, bytes_read, rows_out, rows_rejected, rows_expected, limited_by, edges} = event;
      const known = of();
      Object.assign(known, {status: 'running', rows_read, bytes_read, rows_out, rows_rejected, rows_expected, limited_by, edges});
      sample(known, event);
      break;
    }
    case 'frontier_committed':
      Object.assign(of(), {frontier: event.frontier, rows_committed: event.rows});
      break;
    case 'stream_retrying':
      Object.assign(of(), {status: 'retrying', attempt: event.attempt + 1, error: event.message, samples: []});
      run.logs.push({at: event.at, level: 'warn', stage: event.stream, message: `attempt ${event.attempt} failed: ${event.message}`});
      break;
    case 'stream_finished':
      finished(run, event.report);
      break;
    case 'log':
      run.logs.push(event);
      break;
    case 'run_finished':
      event.report.streams.forEach(report => finished(run, report));
      run.status = event.report.status;
      run.report = event.report;
      break;
  }
  if (run.logs.length > 500) run.logs.splice(0, run.logs.length - 500);
}

function sample(known, event) {
  const at = new Date(event.at) / 1000;
  known.samples.push({at, read: event.rows_read, bytes: event.bytes_read, edges: event.edges});
  while (known.samples.length > 2 && at - known.samples[0].at > WINDOW_SECONDS) known.samples.shift();
}

/** Rows and bytes a second over the last few seconds, from the source and over each edge; zeros while there is nothing to tell from. */
export function rates(known) {
  const first = known.samples[0];
  const last = known.samples.at(-1);
  const passed = first === undefined ? 0 : last.at - first.at;
  if (passed <= 0) return {read: 0, bytes: 0, edges: []};
  return {
    read: (last.read - first.read) / passed,
    bytes: (last.bytes - first.bytes) / passed,
    // Edges count from the beginning of an attempt, when there were none.
    edges: last.edges.map((edge, i) => ({
      rows: (edge.rows - (first.edges[i]?.rows ?? 0)) / passed,
      bytes: (edge.bytes - (first.edges[i]?.bytes ?? 0)) / passed,
    })),
  };
}
