import {badge, h, row, table} from '../lib/dom.js';

/** What is wrong with a pipeline's file. `go`, if given, leads to a problem's line and column. */
export function problems(list, go) {
  return h('ul', {}, list.map(problem => {
    const place = `${problem.line}:${problem.column}`;
    return h('li', {},
      go ? h('button.quiet', {type: 'button', 'aria-label': `Line ${problem.line}`, onclick: () => go(problem)}, place) : h('code', {}, place),
      ` ${problem.key} ${problem.message}.`, problem.hint ? h('span.muted', {}, ` ${problem.hint}`) : undefined);
  }));
}

/** What a validation has found. */
export function checked(found, go) {
  return [
    h('p', {}, found.valid ? badge('succeeded') : badge('failed'), found.valid ? ' It can be run.' : ' It cannot be run as it is.'),
    found.problems.length > 0 ? problems(found.problems, go) : '',
    table('Findings', ['Level', 'Where', 'What'], found.findings.map(finding =>
      row(finding.level, [finding.stage, finding.stream].filter(Boolean).join(', '), finding.message)), '0 findings.'),
  ];
}
