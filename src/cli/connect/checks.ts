import type { MonotonicClock } from '../../ports.js';

/** The result of a check: `failed` needs a change, `warning` may be fine. */
export interface Finding {
  status: 'ok' | 'warning' | 'failed';
  /** In words: what was found, or what is wrong and where to look. */
  text: string;
}

export interface Check {
  name: string;
  /** @param signal aborts at the time limit */
  run(signal: AbortSignal): Finding | Promise<Finding>;
}

export interface Progress {
  /** Called with the names of those under way, at the start and after each that ends. */
  wait(names: readonly string[]): void;
  found(name: string, finding: Finding): void;
}

/**
 * Runs all checks at the same time and tells each finding as it comes. One that has not ended after `limitMs` has failed;
 * it is left to itself. Never rejects.
 */
export async function runChecks(
  checks: readonly Check[],
  { limitMs, clock, progress }: { limitMs: number; clock: MonotonicClock; progress: Progress },
): Promise<Finding[]> {
  const underWay = new Set(checks.map(({ name }) => name));
  progress.wait([...underWay]);
  return Promise.all(
    checks.map(async (check) => {
      const finding = await runOne(check, limitMs, clock);
      underWay.delete(check.name);
      progress.found(check.name, finding);
      progress.wait([...underWay]);
      return finding;
    }),
  );
}

function runOne({ run }: Check, limitMs: number, clock: MonotonicClock): Promise<Finding> {
  return new Promise((resolve) => {
    const controller = new AbortController();
    const timer = clock.after(limitMs, () => {
      resolve(failed(`no answer in ${limitMs / 1000} s`));
      controller.abort();
    });
    Promise.resolve()
      .then(() => run(controller.signal))
      .catch((error: unknown) => failed(error instanceof Error ? error.message : 'failed'))
      .then((finding) => {
        timer.close();
        resolve(finding);
      });
  });
}

export const ok = (text: string): Finding => ({ status: 'ok', text });
export const warning = (text: string): Finding => ({ status: 'warning', text });
export const failed = (text: string): Finding => ({ status: 'failed', text });

interface Output {
  write(text: string): void;
}

const labels = { ok: 'ok', warning: 'warning', failed: 'FAILED' };
const clearLine = '\r\x1b[K';

/**
 * One line for each finding, as it comes.
 *
 * @param terminal where the names of what is under way are shown, and removed again; undefined: nowhere
 */
export function createProgress(
  out: Output,
  names: readonly string[],
  terminal: Output | undefined,
): Progress {
  const width = Math.max(...names.map((name) => name.length));
  return {
    wait(names) {
      terminal?.write(names.length === 0 ? clearLine : `${clearLine}waiting for ${names.join(', ')} …`);
    },
    found(name, { status, text }) {
      terminal?.write(clearLine);
      out.write(`${labels[status].padEnd(7)}  ${name.padEnd(width)}  ${text}\n`);
    },
  };
}
