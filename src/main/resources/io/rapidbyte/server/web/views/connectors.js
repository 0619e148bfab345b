import {get} from '../lib/api.js';
import {badge, h, row, table} from '../lib/dom.js';

/** The connectors that pipelines can use, and those that are unfit with the reason. */
export async function connectors(page) {
  page.title('Connectors');
  const {connectors: all} = await get('/connectors');
  page.main.replaceChildren(
    h('h1', {}, 'Connectors'),
    table('Connectors', ['Name', 'Version', 'Roles and modes', 'Checksum', 'From'], all.map(connector => row(
      h('span', {}, h('strong', {}, connector.name), connector.description ? h('p.muted', {}, connector.description) : undefined),
      connector.version ?? '',
      connector.usable ? roles(connector.roles ?? {}) : h('span', {}, badge('failed'), ` ${connector.problem ?? ''}`),
      connector.checksum,
      connector.bundled ? 'Rapidbyte itself' : h('code', {}, connector.location)))));
}

function roles(all) {
  return Object.entries(all).map(([role, {modes = []}]) => (modes.length > 0 ? `${role} (${modes.join(', ')})` : role)).join('; ');
}
