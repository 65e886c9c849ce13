/** So many that V8 begins to learn from what it runs. */
const readings = 100;

/**
 * ioredis has a class that extends String. From then on V8 keeps String.prototype as a dictionary, and each call of a method on
 * any text of the process looks it up there: a tenth of a request. Reading a method of String objects a few times makes it
 * fast again, for good.
 */
export function makeStringMethodsFast(): void {
  for (let i = 0; i < readings; i++) Object('').concat('');
}
