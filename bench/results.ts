/** What one round of one case over HTTP showed. */
export interface HttpRound {
  requests: number;
  /** What was not the expected answer, by status or cause. */
  errors: Record<string, number>;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the server process and all it started; null where the system does not say. */
  cpuMicrosPerRequest: number | null;
  /** The same of redis-server, the mail server or nginx; null without any. */
  otherCpuMicrosPerRequest: number | null;
  /** The same of the load generator, which needs a part of the cores too. */
  loadCpuMicrosPerRequest: number;
  /** CPU per request against that of the floor in the same round. */
  timesFloor: number | null;
}

export interface HttpFigures extends Omit<HttpRound, 'errors' | 'requests'> {
  requests: number;
  errors: number;
  /** The most memory the server process ever held, all its cases together. */
  peakMiB: number | null;
}

export interface LibraryFigures {
  operationsPerSecond: number;
  cpuMicrosPerOperation: number;
}

export interface GrowthFigures {
  pending: number;
  bytesPerIdentity: number;
  /** CPU time of a call, that of Redis included. */
  requestMicros: number;
  verifyMicros: number;
}

export interface StartFigures {
  /** From the start of the process to its first answer. */
  firstAnswerMs: number;
  /** CPU time until then. */
  cpuMs: number;
  /** Memory of the process when it has been idle for a while, in MiB. */
  idleMiB: number;
}

export interface Figures {
  http: HttpFigures;
  library: LibraryFigures;
  growth: GrowthFigures;
  start: StartFigures;
  workers: HttpFigures;
}

/** What one round of a case showed. */
interface Rounds {
  http: HttpRound;
  library: LibraryFigures;
  growth: GrowthFigures;
  start: StartFigures;
  workers: HttpRound;
}

export type Group = keyof Figures;

/** One case: its medians over the rounds, or why there are none. */
export type CaseResult<G extends Group = Group> = {
  [Each in G]: {
    group: Each;
    name: string;
    /** The name of the case that this one repeats as shipped. */
    shippedTwinOf?: string | undefined;
  } & (
    | { status: 'measured'; rounds: Rounds[Each][]; median: Figures[Each] }
    | { status: 'not run'; reason: string }
  );
}[G];

export interface Report {
  format: 2;
  startedAt: string;
  seconds: number;
  settings: { rounds: number; roundSeconds: number; connections: number; isQuick: boolean };
  machine: Record<string, string | number>;
  versions: Record<string, string>;
  cases: CaseResult[];
}

/** A system that cannot be measured here; the message says why. */
export class NotRunError extends Error {}
