import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { benchRoot, type Cores, pinProcess } from '../launch.js';
import type { Progress } from '../progress.js';
import { requireSoftware } from '../requirements.js';
import type { CaseResult, LibraryFigures } from '../results.js';
import { median } from '../statistics.js';

export interface LibraryContext {
  cores: Cores;
  rounds: number;
  roundSeconds: number;
  /** Enough calls to compile the code, and to learn how many fit into a round. */
  firstCalls: number;
  progress: Progress;
}

export interface LibraryCase {
  name: string;
  library: Library;
  operation: string;
  /** The name of the case that this one repeats as shipped. */
  shippedTwinOf?: string | undefined;
}

interface Library {
  name: string;
  file: string;
  isRival: boolean;
  operations: string[];
  /** The name of the library that this one repeats as shipped. */
  shippedTwinOf?: string | undefined;
}

const arithmetic = ['generate', 'verify right', 'verify wrong'];

const libraries: Library[] = [
  { name: 'ours, engine', file: 'library/engine.mjs', isRival: false, operations: arithmetic },
  { name: 'otplib', file: 'rivals/otplib.mjs', isRival: true, operations: arithmetic },
  { name: 'otpauth', file: 'rivals/otpauth.mjs', isRival: true, operations: arithmetic },
  { name: 'speakeasy', file: 'rivals/speakeasy.mjs', isRival: true, operations: arithmetic },
  { name: 'jose', file: 'library/jose.mjs', isRival: false, operations: ['verify HS256'] },
  ours('ours, memory', 'library/otp.mjs'),
  ours('ours, memory, as shipped', 'library/otp-shipped.mjs', 'ours, memory'),
];

export const libraryCases: LibraryCase[] = libraries.flatMap((library) =>
  library.operations.map((operation) => ({
    name: `library ${library.name}: ${operation}`,
    library,
    operation,
    shippedTwinOf: library.shippedTwinOf && `library ${library.shippedTwinOf}: ${operation}`,
  })),
);

function ours(name: string, file: string, shippedTwinOf?: string): Library {
  return { name, file, isRival: false, operations: ['request', 'verify right'], shippedTwinOf };
}

interface Answer {
  calls: number;
  elapsedMs: number;
  cpuMicros: number;
}

/** One process a library, one after the other in each round. */
export async function runLibraryCases(
  cases: LibraryCase[],
  context: LibraryContext,
): Promise<CaseResult<'library'>[]> {
  const workers = new Map<Library, ChildProcess>();
  const failures = new Map<Library, string>();
  const rounds = new Map(cases.map((each) => [each, [] as LibraryFigures[]]));
  try {
    for (const library of new Set(cases.map(({ library }) => library))) {
      try {
        if (library.isRival) requireSoftware('npm');
        const worker = fork(`${benchRoot}library/worker.mjs`, [`${benchRoot}${library.file}`], {
          execArgv: [],
        });
        pinProcess(worker.pid as number, context.cores.server);
        workers.set(library, worker);
      } catch (error) {
        failures.set(library, (error as Error).message);
      }
    }
    for (let round = 0; round <= context.rounds; round++) {
      for (const each of cases) {
        const worker = workers.get(each.library);
        if (!worker || failures.has(each.library)) continue;
        const what = round === 0 ? 'warming up' : `round ${round} of ${context.rounds}:`;
        context.progress.show(`${what} ${each.name}`);
        const calls = rounds.get(each) ?? [];
        const count = Math.ceil(
          Math.max(context.firstCalls, (calls.at(-1)?.operationsPerSecond ?? 0) * context.roundSeconds * 1.3),
        );
        try {
          const answer = await order(worker, each.operation, context.roundSeconds * 1000, count);
          calls.push(toFigures(answer));
        } catch (error) {
          failures.set(each.library, (error as Error).message);
        }
      }
    }
  } finally {
    for (const worker of workers.values()) worker.kill();
  }
  return cases.map((each): CaseResult<'library'> => {
    const reason = failures.get(each.library);
    const { name, shippedTwinOf } = each;
    if (reason !== undefined) return { group: 'library', name, status: 'not run', reason };
    // The first only warmed up.
    const measured = (rounds.get(each) ?? []).slice(1);
    return {
      group: 'library',
      name,
      shippedTwinOf,
      status: 'measured',
      rounds: measured,
      median: {
        operationsPerSecond: median(measured.map((round) => round.operationsPerSecond)),
        cpuMicrosPerOperation: median(measured.map((round) => round.cpuMicrosPerOperation)),
      },
    };
  });
}

async function order(worker: ChildProcess, name: string, durationMs: number, count: number): Promise<Answer> {
  worker.send({ name, durationMs, count });
  const ended = new AbortController();
  try {
    const [answer] = await Promise.race([
      once(worker, 'message', { signal: ended.signal }),
      once(worker, 'exit', { signal: ended.signal }).then(() => {
        throw new Error('the library failed');
      }),
    ]);
    return answer as Answer;
  } finally {
    ended.abort();
  }
}

function toFigures({ calls, elapsedMs, cpuMicros }: Answer): LibraryFigures {
  return { operationsPerSecond: (calls / elapsedMs) * 1000, cpuMicrosPerOperation: cpuMicros / calls };
}
