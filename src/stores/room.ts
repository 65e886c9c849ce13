import type { HitGroup, HitLimit } from '../count-verbs.js';

/**
 * The limits that a hit counts against. The group comes first: once it is used up, its many keys take no entries.
 *
 * As room runs out, limits fall with the square of what is left of a reserve, and those of groups with its fourth power.
 * Networks that may ask for 50 codes are down to one each while a seventh of the reserve is still free.
 *
 * @param left the part of the reserve that is free; 1 or more: all of it
 */
export function lowerLimits(key: string, { max }: HitLimit, group: HitGroup | undefined, left: number) {
  const factor = Math.min(1, left) ** 2;
  const own = { key, max: Math.max(1, Math.ceil(max * factor)) };
  return group ? [{ key: group.key, max: Math.max(1, Math.ceil(group.max * factor ** 2)) }, own] : [own];
}
