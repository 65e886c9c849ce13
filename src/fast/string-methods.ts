/** Enough for V8 to optimise what it runs. */
const calls = 100;

/**
 * ioredis has a class that extends String. After that V8 keeps String.prototype in dictionary mode, and every method call on any
 * string of the process looks the method up: a tenth of a request. Calling a method of String objects a few times
 * makes the prototype fast again, for good. It concerns the whole process, so only a program may do it, never a library.
 */
export function makeStringMethodsFast(): void {
  for (let i = 0; i < calls; i++) Object('').concat('');
}
