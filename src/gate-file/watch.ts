import type { EntryRules } from '../core/entry.js';
import { parseGateFile } from '../core/gate-file.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { MonotonicClock, Timer } from '../ports.js';
import { decodeGateFile, explain, readGateFile, readGateFileSync } from './read.js';

/** File events miss the swap of a symbolic link by which Kubernetes changes a ConfigMap, so the content is compared. */
export const pollMs = 500;

export interface GateFileOptions {
  path: string;
  clock: MonotonicClock;
  outcomes: Pick<Outcomes, 'report'>;
  /** Default: from the file system. */
  read?: (path: string) => Promise<Uint8Array>;
}

/** @throws RangeError with the path of the file and what is wrong with it */
export function loadGateFile(path: string): { bytes: Uint8Array; rules: EntryRules } {
  try {
    const bytes = readGateFileSync(path);
    return { bytes, rules: parseGateFile(decodeGateFile(bytes)) };
  } catch (error) {
    throw new RangeError(`${path}: ${explain(error)}`);
  }
}

/**
 * The rules of a file, reloaded when it changes. After an invalid edit the last valid rules stay in force, and the error is
 * reported.
 *
 * @throws RangeError as `loadGateFile`
 */
export function openGateFile(options: GateFileOptions): EntryRules & { close(): void } {
  const { path, clock, outcomes, read = readGateFile } = options;
  const start = loadGateFile(path);
  let { rules } = start;
  /** What was read last, valid or not; null when it could not be read. */
  let seen: Uint8Array | null = start.bytes;
  let readFault: string | undefined;
  let timer: Timer | undefined;
  let isClosed = false;
  const sayLoaded = () => outcomes.report({ event: 'gate_rules.loaded' });
  const refuse = (cause: string) => outcomes.report({ event: 'gate_rules.refused', cause });

  function schedule(): void {
    if (isClosed) return;
    timer = clock.after(pollMs, () => void poll().finally(schedule));
    timer.unref();
  }

  async function poll(): Promise<void> {
    try {
      const latest = await read(path);
      readFault = undefined;
      if (isClosed || (seen && Buffer.compare(latest, seen) === 0)) return;
      seen = latest;
      replace(latest);
    } catch (error) {
      const message = explain(error);
      // Reported once, not twice a second.
      if (!isClosed && message !== readFault) refuse(message);
      readFault = message;
      seen = null;
    }
  }

  function replace(latest: Uint8Array): void {
    try {
      rules = parseGateFile(decodeGateFile(latest));
      sayLoaded();
    } catch (error) {
      refuse((error as Error).message);
    }
  }

  sayLoaded();
  schedule();
  return {
    admits: (identity) => rules.admits(identity),
    at: (findPlace) => rules.at(findPlace),
    close() {
      isClosed = true;
      timer?.close();
    },
  };
}
