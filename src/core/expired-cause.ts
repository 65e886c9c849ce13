/**
 * Why no code can be verified, for operators: callers get `expired` for all of these.
 *
 * - `used`: it was used on this instance. `gone`: it was used or replaced on another instance.
 * - `replaced`: a later request created another code.
 * - `expired`: its time is over. `never_requested`: nobody asked for one in the last ten minutes.
 * - `other_challenge`: a code is pending, but the challenge that it is bound to was not presented.
 * - `withdrawn`: a provider had refused its only message.
 * - `key_retired`: it was made with a key that is no longer configured.
 * - `store_changed`: the store lost its data, or another one took its place.
 */
const expiredCauses = [
  'used',
  'gone',
  'replaced',
  'expired',
  'never_requested',
  'other_challenge',
  'withdrawn',
  'key_retired',
  'store_changed',
] as const;
export type ExpiredCause = (typeof expiredCauses)[number];

/** The cause that a store gives; third-party stores may give none. */
export function parseExpiredCause(text: unknown): ExpiredCause | undefined {
  return expiredCauses.find((cause) => cause === text);
}
