import {Problem, ask, path} from '../lib/api.js';
import {h} from '../lib/dom.js';
import {checked, problems} from './findings.js';

const EMPTY = name => `version: "1.0"
pipeline: ${name}
source:
  use: source-postgres
  config: {}
  streams:
    - name: public.table
destination:
  use: dest-postgres
  config: {}
  write_mode: append
`;

/** A pipeline's file: edited, checked as it stands here, and stored. */
export async function edit(page, name) {
  page.title(`Edit ${name}`);
  const at = path('pipelines', name);
  const {body: known, tag} = await stored(at);
  const text = h('textarea.code', {id: 'yaml', rows: 30, spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'yaml-help'});
  text.value = known.yaml ?? EMPTY(name);
  const findings = h('div', {'aria-live': 'polite'});

  const go = problem => {
    const lines = text.value.split('\n');
    const start = lines.slice(0, problem.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + Math.max(0, problem.column - 1);
    text.focus();
    text.setSelectionRange(start, start);
  };
  const attempt = async (buttons, work) => {
    buttons.forEach(button => (button.disabled = true));
    try {
      await work();
    } catch (error) {
      const list = error instanceof Problem ? error.body.problems : undefined;
      findings.replaceChildren(...(list ? [h('p.failed', {}, error.message), problems(list, go)] : []));
      if (!list) page.failed(error);
    } finally {
      buttons.forEach(button => (button.disabled = false));
    }
  };
  const check = h('button.quiet', {type: 'button', onclick: () => attempt([check, save], async () => {
    findings.replaceChildren(h('p.muted', {}, 'Asking the source and the destination …'));
    const {body} = await ask('POST', `${at}/validate`, {yaml: text.value});
    findings.replaceChildren(...checked(body, go));
  })}, 'Check');
  const save = h('button', {type: 'submit'}, 'Save');
  const submit = event => {
    event.preventDefault();
    attempt([check, save], async () => {
      // Nobody's work is written over: what stands there now must be what was read.
      await ask('PUT', at, {yaml: text.value, headers: tag ? {'if-match': tag} : {'if-none-match': '*'}});
      page.notice(`${name} is stored.`, 'succeeded');
      location.hash = at;
    });
  };
  page.main.replaceChildren(
    h('p.crumbs', {}, h('a', {href: `#${tag ? at : '/pipelines'}`}, tag ? name : 'Pipelines')),
    h('h1', {}, tag ? `Edit ${name}` : `New pipeline ${name}`),
    h('form', {onsubmit: submit},
      h('label', {for: 'yaml'}, 'The file'),
      text,
      h('p.muted', {id: 'yaml-help'}, known.yaml === undefined && tag
        ? 'What stands in the file now is not shown: nobody can say which of it is secret. Saving replaces it.'
        : 'Secrets that stand in the file are not shown; write them again, or better refer to variables such as ${PGPASSWORD}.'),
      h('p.actions', {}, save, check)),
    findings);
}

/** The pipeline as the server has it; nothing where it has none. */
async function stored(at) {
  try {
    return await ask('GET', at);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return {body: {}, tag: null};
    throw error;
  }
}
