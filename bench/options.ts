import { parseArgs } from 'node:util';

export interface BenchOptions {
  rounds: number;
  /** Length of one measured round. */
  roundSeconds: number;
  connections: number;
  /** Requests that are sent to learn how fast a system is. */
  firstRequests: number;
  /** The same for calls of a library. */
  firstCalls: number;
  /** Calls of a round of the growth cases. */
  growthCalls: number;
  /** How long a server that has started stands idle before its memory is read. */
  idleMs: number;
  /** Sizes of the growth cases. */
  sizes: number[];
  isQuick: boolean;
  /** Whether servers and the load generator have cores of their own. */
  isPinned: boolean;
  /** The version of Node that everything runs on, this program too; undefined: the one that started it. */
  node: string | undefined;
  /** Words; a case runs when its name holds one of them. None: all run. */
  wanted: string[];
  outputFolder: string;
  /** Write the figures into docs/performance.md too. */
  writesPage: boolean;
  /** A result of before, instead of a run. */
  from: string | undefined;
  /** Write CPU profiles and tables of shares instead of a report. */
  isProfile: boolean;
  isList: boolean;
}

export const help = `Measures the service next to a floor, other systems and other libraries.

Usage: npm run bench -- [options] [words]

A case runs when its name holds one of the words; without words all cases run. The floor always runs.

Options:
  --quick              fewer and shorter rounds, smaller sizes: a first impression
  --smoke              each case once with a handful of requests: shows that it works, and measures nothing
  --list               print the names of the cases and end
  --rounds N           measured rounds of each case, interleaved (default 5; quick 3)
  --seconds S          length of a round (default 0.6; quick 0.15)
  --connections N      connections of the load generator (default 64)
  --node VERSION       run all of it on this version of Node, such as 24, installed from npm into a cache folder
  --out FOLDER         where the results go (default bench/results)
  --page               write the figures into docs/performance.md as well
  --from FILE          measure nothing: take a result of before, for --page or for tables by another version
  --profile            profile our cases instead: CPU profiles and shares of the time, by function and by part
  -h, --help           show this

Results: <date>.json (every round), <date>.md (tables) and <date>.svg (chart).
Other systems are installed on first use: npm packages into bench/rivals/node_modules and, as root on Debian, Python
packages. What cannot be installed is reported as not run, with the reason.
`;

const presets = {
  full: {
    rounds: 5,
    roundSeconds: 0.6,
    connections: 64,
    firstRequests: 200,
    firstCalls: 5000,
    growthCalls: 4000,
    idleMs: 2000,
    sizes: [1000, 1_000_000],
  },
  quick: {
    rounds: 3,
    roundSeconds: 0.15,
    connections: 64,
    firstRequests: 200,
    firstCalls: 5000,
    growthCalls: 2000,
    idleMs: 500,
    sizes: [1000, 20_000],
  },
  smoke: {
    rounds: 1,
    roundSeconds: 0.01,
    connections: 2,
    firstRequests: 4,
    firstCalls: 100,
    growthCalls: 50,
    idleMs: 1,
    sizes: [50, 100],
  },
};

/** @throws TypeError or RangeError that says what is wrong with the arguments */
export function readOptions(args: string[]): BenchOptions | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      node: { type: 'string' },
      out: { type: 'string' },
      page: { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const byDefault = presets[values.smoke ? 'smoke' : values.quick ? 'quick' : 'full'];
  return {
    ...byDefault,
    rounds: readNumber('--rounds', values.rounds, byDefault.rounds, { min: 1, max: 100 }),
    roundSeconds: readNumber('--seconds', values.seconds, byDefault.roundSeconds, { min: 0.01, max: 60 }),
    connections: readNumber('--connections', values.connections, byDefault.connections, {
      min: 1,
      max: 1000,
    }),
    isQuick: values.smoke || values.quick,
    isPinned: !values.smoke,
    node: values.node,
    wanted: positionals,
    outputFolder: values.out ?? new URL('results', import.meta.url).pathname,
    writesPage: values.page,
    from: values.from,
    isProfile: values.profile,
    isList: values.list,
  };
}

function readNumber(
  name: string,
  text: string | undefined,
  byDefault: number,
  { min, max }: { min: number; max: number },
): number {
  if (text === undefined) return byDefault;
  const number = Number(text);
  const isGood = text !== '' && number >= min && number <= max;
  if (isGood && (name === '--seconds' || Number.isInteger(number))) return number;
  throw new RangeError(`${name}: given "${text}", allowed: ${min} to ${max}`);
}
