const KEY = 'rapidbyte.token';
const BASE = '/api/v1';

/** The token lives as long as the browser's tab. */
export const token = {
  get: () => sessionStorage.getItem(KEY) ?? '',
  set: value => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

/** What the server says when it does not do a thing (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super([body.title, body.detail].filter(Boolean).join(': ') || `the server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Asks the API, with a body of `json` or `yaml` or none. Throws a Problem, or a TypeError where the server cannot be reached. */
export async function ask(method, path, {json, yaml, headers = {}} = {}) {
  const [type, content] = json === undefined ? ['application/yaml', yaml] : ['application/json', JSON.stringify(json)];
  const response = await fetch(BASE + path, {
    method,
    cache: 'no-store',
    headers: {
      authorization: `Bearer ${token.get()}`,
      ...(content === undefined ? {} : {'content-type': type}),
      ...headers,
    },
    body: content,
  });
  const text = await response.text();
  let body = {};
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    body = {title: text.slice(0, 200)};
  }
  if (!response.ok) throw new Problem(response.status, body);
  return {body, tag: response.headers.get('etag')};
}

export const get = async path => (await ask('GET', path)).body;
export const post = async (path, json, options = {}) => (await ask('POST', path, {...options, json})).body;

/** A path of names that came from elsewhere. */
export const path = (...parts) => '/' + parts.map(encodeURIComponent).join('/');

function base64url(text) {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Follows a live feed, from behind the message `last` on if one is given, and goes on behind the last one seen whenever the connection
 * was lost. `onState` hears `live`, `lost` and, for the feed of one run, `ended`. Returns a function that stops it.
 */
export function follow(feed, onMessage, onState, last = '') {
  let socket;
  let pause = 500;
  let timer;
  let stopped = false;

  function open() {
    const url = new URL(BASE + feed, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (last !== '') url.searchParams.set('last_event_id', last);
    socket = new WebSocket(url, ['rapidbyte.v1', `bearer.${base64url(token.get())}`]);
    socket.onopen = () => {
      pause = 500;
      onState('live');
    };
    socket.onmessage = event => {
      const message = JSON.parse(event.data);
      if (message.id) last = message.id;
      onMessage(message);
    };
    socket.onclose = event => {
      if (stopped) return;
      if (event.code === 1000) {
        onState('ended');
        return;
      }
      onState('lost');
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, 10_000);
    };
  }

  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    // Browsers complain in the console where a handshake is broken off.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  };
}
