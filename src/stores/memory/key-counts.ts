import type { Expiring } from './expiring-map.js';
import type { PartCounts } from './part-counts.js';
import type { RollingLog } from './rolling-log.js';

/** What counts against one key. Addresses that ask for codes have both, so they are looked up and kept only once. */
export interface KeyCounts extends Expiring {
  hits: RollingLog;
  /** The period that hits count for. */
  hitSeconds: number;
  /** Units over a longer period. */
  parts: PartCounts | undefined;
}

/** When the last of its hits no longer counts. */
export function findHitsEnd({ hits, hitSeconds }: KeyCounts): number {
  return (hits.at(-1) ?? 0) + hitSeconds * 1000;
}
