/**
 * A benchmark of something that does not work is worth nothing.
 *
 * @template T
 * @param {T} result
 * @param {boolean} isRight
 * @returns {T}
 */
export function check(result, isRight) {
  if (!isRight) throw new Error(`a wrong result: ${JSON.stringify(result)}`);
  return result;
}
