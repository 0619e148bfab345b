// Makes the component fixtures with stock tools: node make.mjs TRANSFORM.wasm WASI.wasm, in a folder with
// `npm install @bytecodealliance/jco`, from two core modules:
//   TRANSFORM.wasm  of `rapidbyte scaffold transform-fixture --lang c`
//   WASI.wasm       the same, with a call of wasi_snapshot_preview1's random_get in transform_open
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
const require = createRequire(join(process.cwd(), 'x.js'));
const transpile = dirname(require.resolve('@bytecodealliance/jco-transpile'));
const { componentEmbed, componentNew } = await import(join(transpile, 'wasm-tools.js'));

const witSource = await readFile(new URL('../../../../../wit/rapidbyte-connector.wit', import.meta.url), 'utf8');
const wrap = async (file, adapters) =>
  componentNew(await componentEmbed({ binary: await readFile(file), witSource, world: 'rapidbyte-transform' }), adapters);

const adapter = await readFile(process.env.ADAPTER ?? join(transpile, '../lib/wasi_snapshot_preview1.reactor.wasm'));
await writeFile(new URL('transform.wasm', import.meta.url), await wrap(process.argv[2], []));
await writeFile(
  new URL('needs-wasi.wasm', import.meta.url),
  await wrap(process.argv[3], [['wasi_snapshot_preview1', adapter]]),
);
