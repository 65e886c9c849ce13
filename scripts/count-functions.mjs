// Counts our own functions that one request for a code passes through, from the socket to the store and back, as V8's
// precise coverage sees them: npm run count-functions, or with `-- --list` to name each of them.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Session } from 'node:inspector/promises';
import { devNull } from 'node:os';
import { relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Folders in the order in which a request comes to them. */
const layers = [
  'cli',
  'adapters',
  'http',
  'service',
  'core',
  'fast',
  'stores',
  'delivery',
  'messages',
  'transports',
];
const warmUpRequests = 3;

/**
 * @param {URL} [dist] the folder with the built service
 * @returns {Promise<{ file: string, line: number, name: string, calls: number }[]>} each function that ran, files from `dist`
 */
export async function countFunctions(dist = new URL('../dist/', import.meta.url)) {
  // A process of its own, with the default settings: what the service prints and its signal handlers stay there.
  const child = fork(fileURLToPath(import.meta.url), ['--config', devNull], {
    env: { PATH: process.env.PATH, PORT: '0', STATELESS_OTP_COUNTED: fileURLToPath(dist) },
    execArgv: [],
    silent: true,
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.resume();
  try {
    return await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`The counted service ended with ${code}:\n${errors}`)));
    });
  } finally {
    child.kill('SIGKILL');
  }
}

/** Starts the service in this process, asks it for codes and reports what the last request passed through. */
async function countHere(dist) {
  const port = await startService(new URL('cli/unbundled.js', dist));
  for (let count = 0; count < warmUpRequests; count += 1)
    await requestCode(port, `warm-up-${count}@example.com`);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await settle();
  await session.post('Profiler.takePreciseCoverage');
  await requestCode(port, 'counted@example.com');
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.startsWith(dist.href))
    .flatMap(({ url, functions }) => {
      const source = readFileSync(new URL(url), 'utf8');
      return functions
        .filter(({ ranges: [range] }) => range.count > 0)
        .map(({ functionName, ranges: [{ startOffset, count }] }) => ({
          file: relative(fileURLToPath(dist), fileURLToPath(url)),
          line: source.slice(0, startOffset).split('\n').length,
          name: functionName,
          calls: count,
        }));
    })
    .sort((a, b) => rank(a.file) - rank(b.file) || a.file.localeCompare(b.file) || a.line - b.line);
}

function rank(file) {
  const at = layers.indexOf(file.split('/')[0].replace(/\.js$/, ''));
  return at === -1 ? layers.indexOf('service') : at;
}

/** The port on which the service listens, as its banner says. */
async function startService(main) {
  const write = process.stdout.write.bind(process.stdout);
  const listening = new Promise((resolve) => {
    process.stdout.write = (text, ...rest) => {
      const [, port] = /API +http:\S+:(\d+)\//.exec(text) ?? [];
      if (port) {
        process.stdout.write = write;
        resolve(Number(port));
      }
      return write(text, ...rest);
    };
  });
  await import(main.href);
  return listening;
}

/** A connection that stays open: the request is counted, not the connecting. */
const agent = new Agent({ keepAlive: true });

/** Asks for a code, and waits until the service has done what it does after the answer. */
async function requestCode(port, identity) {
  const status = await new Promise((resolve, reject) => {
    const body = JSON.stringify({ identity });
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    request({ port, agent, method: 'POST', path: '/api/v1/otp/request', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end(body);
  });
  if (status !== 200) throw new Error(`A request for a code was answered with ${status}`);
  await settle();
}

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

const counted = process.env.STATELESS_OTP_COUNTED;
if (counted) {
  process.send(await countHere(pathToFileURL(counted)));
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dist] = process.argv.slice(2).filter((word) => word !== '--list');
  const functions = await countFunctions(dist && pathToFileURL(dist));
  if (process.argv.includes('--list')) {
    for (const { file, line, name } of functions)
      process.stdout.write(`${file}:${line} ${name || '(closure)'}\n`);
  }
  process.stdout.write(`One request for a code passes through ${functions.length} functions in dist/.\n`);
}
