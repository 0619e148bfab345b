import {h, svg} from './dom.js';
import {between, seconds, time} from './format.js';

const HEIGHT = 96;
const STEP = 14;

/** How long a pipeline's runs took, oldest first, coloured by how they ended. The table beside it says the same in words. */
export function history(runs) {
  const ended = runs.filter(run => run.ended_at).reverse();
  if (ended.length === 0) return h('p.muted', {}, 'No run has ended yet.');
  const times = ended.map(run => between(run.started_at, run.ended_at));
  const longest = Math.max(...times, 0.001);
  const width = ended.length * STEP;
  const bars = ended.map((run, i) => {
    const tall = Math.max(2, (times[i] / longest) * (HEIGHT - 4));
    const bar = svg('rect', {class: `mark ${run.status}`, x: i * STEP + 2, y: HEIGHT - tall, width: STEP - 4, height: tall, rx: 2});
    bar.append(svg('title', {}, `${time(run.started_at)}: ${run.status}, ${seconds(times[i])}`));
    return bar;
  });
  const failed = ended.filter(run => run.status !== 'succeeded').length;
  return h('figure.chart', {},
    svg('svg', {
      viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img',
      'aria-label': `Durations of the last ${ended.length} runs; ${failed} of them did not succeed; the longest took ${seconds(longest)}`,
    }, ...bars),
    h('figcaption.muted', {}, `The last ${ended.length} runs; the longest took ${seconds(longest)}.`));
}

/** Seconds by what they went to, the largest first; what all of a stage's add up to is left out. */
export function breakdown(timings) {
  const parts = Object.entries(timings).filter(([name, value]) => value > 0 && !name.endsWith('.total')).sort((a, b) => b[1] - a[1]).slice(0, 12);
  const most = parts[0]?.[1] ?? 1;
  return h('dl.times', {}, parts.map(([name, value]) => {
    const bar = h('span.fill');
    bar.style.width = `${(100 * value) / most}%`;
    return [h('dt', {}, name), h('dd', {}, h('span.track', {'aria-hidden': 'true'}, bar), h('span', {}, seconds(value)))];
  }).flat());
}
