import {h, say} from './lib/dom.js';
import {Problem, get, token} from './lib/api.js';
import {connectors} from './views/connectors.js';
import {edit} from './views/edit.js';
import {letters} from './views/letters.js';
import {pipeline} from './views/pipeline.js';
import {pipelines} from './views/pipelines.js';
import {run} from './views/run.js';
import {runs} from './views/runs.js';

/** A view fills a page and returns what ends it, if anything does. */
const ROUTES = [
  [/^\/pipelines$/, pipelines],
  [/^\/pipelines\/([^/]+)$/, pipeline],
  [/^\/pipelines\/([^/]+)\/dead-letters$/, letters],
  [/^\/pipelines\/([^/]+)\/edit$/, edit],
  [/^\/runs$/, runs],
  [/^\/runs\/([^/]+)$/, run],
  [/^\/connectors$/, connectors],
];

const main = document.getElementById('main');
const link = document.getElementById('link');
const leave = document.getElementById('leave');
const theme = document.getElementById('theme');
const reader = document.getElementById('reader');
let end = () => {};
let shown = 0;
let known = {};

function notice(message, kind = 'failed') {
  const box = h(`div.notice.${kind}`, {role: kind === 'failed' ? 'alert' : undefined},
    h('span', {}, message),
    h('button.quiet', {type: 'button', 'aria-label': 'Dismiss', onclick: () => box.remove()}, '×'));
  document.getElementById('notices').append(box);
  if (kind !== 'failed') setTimeout(() => box.remove(), 8000);
}

/** Says what went wrong; a token that is not taken leads to the door. */
function failed(error) {
  if (error instanceof Problem && error.status === 401) {
    token.forget();
    door('The server does not take this token.');
    return;
  }
  notice(error instanceof Problem ? error.message : `The server cannot be reached: ${error.message}`);
}

function feedState(state) {
  link.dataset.state = state;
  say(link, {live: 'live', lost: 'connection lost, trying again', ended: ''}[state] ?? '');
}

/** What views are given; `operate` says whether the token may change anything. */
const page = {
  main, notice, failed, feedState, operate: false,
  title(text) {
    document.title = `${text} · Rapidbyte`;
  },
};

/** What the token may do. The server is asked once for each token. */
async function learnRole() {
  if (known.token !== token.get()) known = {token: token.get(), role: (await get('/version')).role};
  page.operate = known.role === 'operate';
  say(reader, page.operate ? '' : 'read only');
}

async function show() {
  const mine = ++shown;
  end();
  end = () => {};
  feedState('');
  leave.hidden = token.get() === '';
  if (token.get() === '') {
    door();
    return;
  }
  const place = location.hash.slice(1) || '/pipelines';
  for (const anchor of document.querySelectorAll('#nav a')) {
    if (place.startsWith(anchor.hash.slice(1))) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  }
  const found = ROUTES.map(([pattern, view]) => [pattern.exec(place), view]).find(([match]) => match !== null);
  if (found === undefined) {
    main.replaceChildren(h('h1', {}, 'Nothing here'), h('p', {}, h('a', {href: '#/pipelines'}, 'To the pipelines')));
    return;
  }
  main.replaceChildren(h('p.muted', {role: 'status'}, 'Loading …'));
  try {
    await learnRole();
    const [match, view] = found;
    const ended = await view(page, ...match.slice(1).map(decodeURIComponent));
    if (mine === shown) end = ended ?? end;
    else ended?.();
  } catch (error) {
    if (mine === shown) {
      main.replaceChildren(h('h1', {}, 'This cannot be shown'), h('p', {}, error.message));
      failed(error);
    }
  }
}

function door(why) {
  leave.hidden = true;
  known = {};
  say(reader, '');
  const field = h('input', {
    id: 'token', type: 'password', autocomplete: 'current-password', required: true, 'aria-describedby': 'token-help',
  });
  const enter = async event => {
    event.preventDefault();
    token.set(field.value.trim());
    try {
      await learnRole();
      await show();
    } catch (error) {
      failed(error);
    }
  };
  page.title('Sign in');
  main.replaceChildren(h('form.door', {onsubmit: enter},
    h('h1', {}, 'Sign in'),
    why ? h('p.failed', {role: 'alert'}, why) : undefined,
    h('label', {for: 'token'}, 'The server’s token'),
    // Password managers want a name beside it.
    h('input', {type: 'text', name: 'username', autocomplete: 'username', value: 'rapidbyte', hidden: true}),
    field,
    h('p.muted', {id: 'token-help'}, 'rapidbyte serve prints the file it is in, unless you named one. It is kept until this tab is closed.'),
    h('button', {type: 'submit'}, 'Sign in')));
  field.focus();
}

const THEMES = {auto: 'light', light: 'dark', dark: 'auto'};

function dress(name) {
  document.documentElement.dataset.theme = name;
  say(theme, `Theme: ${name}`);
}

theme.addEventListener('click', () => {
  const next = THEMES[document.documentElement.dataset.theme];
  localStorage.setItem('rapidbyte.theme', next);
  dress(next);
});
leave.addEventListener('click', () => {
  token.forget();
  show();
});
document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', () => {
  show().then(() => main.focus({preventScroll: true}));
  window.scrollTo(0, 0);
});

const kept = localStorage.getItem('rapidbyte.theme');
dress(kept in THEMES ? kept : 'auto');
show();
