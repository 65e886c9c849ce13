import type { CaseResult, Group, GrowthFigures, HttpRound, StartFigures } from '../results.js';
import { median } from '../statistics.js';

export type Measured<G extends Group = Group> = Extract<CaseResult<G>, { status: 'measured' }>;
export type Value = number | null;

/** What one run measured, by the names of its cases. A figure whose case did not run is null. */
export function readFigures(cases: CaseResult[]) {
  function find<G extends Group>(group: G, name: string): Measured<G> | undefined {
    return cases.find(
      (result) => result.group === group && result.name === name && result.status === 'measured',
    ) as Measured<G> | undefined;
  }
  const growthName = (store: string, pending: number) => `growth ${store}: ${pending} pending`;
  const sizes = [
    ...new Set(
      cases.flatMap((result) =>
        result.group === 'growth' && result.status === 'measured' ? [result.median.pending] : [],
      ),
    ),
  ].sort((a, b) => a - b);

  return {
    find,
    /** How many identities were pending in the growth cases, the fewest first. */
    sizes,
    timesFloor: (name: string): Value => find('http', name)?.median.timesFloor ?? null,
    cpu: (name: string): Value => find('http', name)?.median.cpuMicrosPerRequest ?? null,
    /** CPU time of one case against that of another in the same round: the median over the rounds. */
    ratio(name: string, to: string): Value {
      return divideRounds(find('http', name)?.rounds, find('http', to)?.rounds, readCpu);
    },
    /** Calls in a second of CPU time: what else runs on the machine takes none of it. */
    callsPerSecond(name: string): Value {
      const micros = find('library', `library ${name}`)?.median.cpuMicrosPerOperation;
      return micros === undefined ? null : 1e6 / micros;
    },
    start: (name: string, key: keyof StartFigures): Value =>
      find('start', `start ${name}`)?.median[key] ?? null,
    /** Of the case with the most pending identities. */
    bytes(store: string): Value {
      return find('growth', growthName(store, sizes.at(-1) ?? 0))?.median.bytesPerIdentity ?? null;
    },
    /** Time of a call with the most pending identities against that with the fewest. */
    growth(store: string, key: 'requestMicros' | 'verifyMicros'): Value {
      const [most, fewest] = [sizes.at(-1) ?? 0, sizes[0] ?? 0].map(
        (size) => find('growth', growthName(store, size))?.rounds,
      );
      return divideRounds(most, fewest, (round: GrowthFigures) => round[key]);
    },
  };
}

export type FiguresOfRun = ReturnType<typeof readFigures>;

const readCpu = (round: HttpRound) => round.cpuMicrosPerRequest;

function divideRounds<Round>(
  above: Round[] | undefined,
  below: Round[] | undefined,
  read: (round: Round) => Value,
): Value {
  const ratios = (above ?? []).flatMap((round, index) => {
    const other = below?.[index];
    const [one, two] = [read(round), other === undefined ? null : read(other)];
    return one === null || two === null ? [] : [one / two];
  });
  return ratios.length === 0 ? null : median(ratios);
}
