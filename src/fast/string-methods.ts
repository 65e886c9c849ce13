/** Enough for V8 to optimise. */
const calls = 100;

/**
 * ioredis has a class that extends String, which puts String.prototype into dictionary mode: every method call on any
 * string becomes a hash lookup, a tenth of the cost of a request. Calling a method on String objects a few times makes
 * the prototype fast again, for good. It affects the whole process, so only programs may do it, never the library.
 */
export function makeStringMethodsFast(): void {
  for (let i = 0; i < calls; i++) Object('').concat('');
}
