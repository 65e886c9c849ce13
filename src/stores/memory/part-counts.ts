import { bucketsPerPeriod } from '../../core/ladder.js';

/** Units over a rolling period, by parts of it: part number, units, part number, units …, oldest first. */
export type PartCounts = number[];

const lengthOf = (periodSeconds: number) => (periodSeconds * 1000) / bucketsPerPeriod;

/** When the units of this part no longer count. */
function endOf(part: number, periodSeconds: number): number {
  return (part + 1) * lengthOf(periodSeconds) + periodSeconds * 1000;
}

/** When the last of them no longer counts. */
export function findEnd(counts: PartCounts, periodSeconds: number): number {
  return counts.length === 0 ? 0 : endOf(counts.at(-2) as number, periodSeconds);
}

/** Drops what has left the period. Returns the sum of the rest. */
export function sumUnits(counts: PartCounts, periodSeconds: number, now: number): number {
  let over = 0;
  while (over < counts.length && endOf(counts[over] as number, periodSeconds) <= now) over += 2;
  if (over > 0) counts.splice(0, over);
  let sum = 0;
  for (let i = 1; i < counts.length; i += 2) sum += counts[i] as number;
  return sum;
}

/** @returns the same counts, or the first of a key */
export function addUnits(
  counts: PartCounts | undefined,
  periodSeconds: number,
  units: number,
  now: number,
): PartCounts {
  const part = Math.floor(now / lengthOf(periodSeconds));
  // Not pushed: V8 would make room for 17, and most keys never have another part.
  if (!counts) return [part, units];
  const last = counts.length - 2;
  if (last >= 0 && (counts[last] as number) >= part) counts[last + 1] = (counts[last + 1] as number) + units;
  else counts.push(part, units);
  return counts;
}

/** Takes units back from the part that this time is in, as far as it has them. */
export function takeUnits(counts: PartCounts, periodSeconds: number, units: number, at: number): void {
  const part = Math.floor(at / lengthOf(periodSeconds));
  for (let i = 0; i < counts.length; i += 2) {
    if (counts[i] !== part) continue;
    const left = Math.max(0, (counts[i + 1] as number) - units);
    if (left === 0) counts.splice(i, 2);
    else counts[i + 1] = left;
    return;
  }
}

/** Milliseconds until no more than `most` of the units still count; the length of a part when nothing is counted. */
export function waitForUnits(counts: PartCounts, periodSeconds: number, most: number, now: number): number {
  let sum = sumUnits(counts, periodSeconds, now);
  let waitMs = lengthOf(periodSeconds);
  for (let i = 0; i < counts.length && sum > most; i += 2) {
    sum -= counts[i + 1] as number;
    waitMs = endOf(counts[i] as number, periodSeconds) - now;
  }
  return waitMs;
}
