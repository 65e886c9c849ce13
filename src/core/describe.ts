/** What was given instead of a value of another type. Never quotes a text: it may be a secret. */
export function describe(given: unknown): string {
  if (Array.isArray(given)) return given.length === 0 ? 'an empty list' : 'a list';
  if (typeof given === 'string') return 'a string';
  if (typeof given === 'function') return 'a function';
  return typeof given === 'object' && given !== null ? 'an object' : String(given);
}
