import { parseArgs } from 'node:util';

export interface BenchOptions {
  rounds: number;
  /** Length of one measured round. */
  roundSeconds: number;
  connections: number;
  /** Sizes of the growth cases. */
  sizes: { memory: number[]; redis: number[] };
  isQuick: boolean;
  /** The version of Node that everything runs on, this program too; undefined: the one that started it. */
  node: string | undefined;
  /** Words; a case runs when its name holds one of them. None: all run. */
  wanted: string[];
  outputFolder: string;
  /** Write CPU profiles and tables of shares instead of a report. */
  isProfile: boolean;
  isList: boolean;
}

export const help = `Measures the service next to a floor, other systems and other libraries.

Usage: npm run bench -- [options] [words]

A case runs when its name holds one of the words; without words all cases run. The floor always runs.

Options:
  --quick              fewer and shorter rounds, smaller sizes: under two minutes
  --list               print the names of the cases and end
  --rounds N           measured rounds of each case, interleaved (default 5; quick 3)
  --seconds S          length of a round (default 2; quick 0.15)
  --connections N      connections of the load generator (default 64)
  --node VERSION       run all of it on this version of Node, such as 24, installed from npm into a cache folder
  --out FOLDER         where the results go (default bench/results)
  --profile            profile our cases instead: CPU profiles and shares of the time, by function and by part
  -h, --help           show this

Results: <date>.json (every round), <date>.md (tables) and <date>.svg (chart).
Other systems are installed on first use: npm packages into bench/rivals/node_modules and, as root on Debian, Python
packages. What cannot be installed is reported as not run, with the reason.
`;

/** @throws TypeError or RangeError that says what is wrong with the arguments */
export function readOptions(args: string[]): BenchOptions | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      node: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const isQuick = values.quick;
  return {
    rounds: readNumber('--rounds', values.rounds, isQuick ? 3 : 5, { min: 1, max: 100 }),
    roundSeconds: readNumber('--seconds', values.seconds, isQuick ? 0.15 : 2, { min: 0.05, max: 60 }),
    connections: readNumber('--connections', values.connections, 64, { min: 1, max: 1000 }),
    sizes: isQuick
      ? { memory: [1000, 100_000], redis: [1000, 20_000] }
      : { memory: [1000, 100_000, 1_000_000], redis: [1000, 100_000, 1_000_000] },
    isQuick,
    node: values.node,
    wanted: positionals,
    outputFolder: values.out ?? new URL('results', import.meta.url).pathname,
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
