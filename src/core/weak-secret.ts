import { isUtf8 } from 'node:buffer';
import { decodeBase64 } from './base64.js';

/** Runs that people type when they make up a secret, forwards and backwards. */
const runs = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  '0123456789abcdef0123456789abcdef',
  '12345678123456781234',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  'qazwsxedcrfvtgbyhnujm',
  '1q2w3e4r5t6y7u8i9o0p',
  'a1b2c3d4e5f6g7h8',
  'deadbeefdeadbeef',
  'cafebabecafebabe',
].flatMap((run) => [run, [...run].reverse().join('')]);

const words =
  /password|passw0rd|p@ssw0rd|passwort|supersecret|secretkey|jwtsecret|trustno1|letmein1|iloveyou|correcthorse|lorem.?ipsum/;

const minRun = 8;
/** A run of eight hexadecimal digits occurs by chance in one of some million random keys; of twelve, in none. */
const minRunOfHex = 12;

/**
 * Why a secret looks invented by a person, or undefined. Random bytes pass, raw or as base64 or hexadecimal text.
 *
 * @param isBase64 whether the text is decoded before it is used
 */
export function findWeakness(secret: string, isBase64: boolean): string | undefined {
  const bytes = (isBase64 ? decodeBase64(secret) : null) ?? Buffer.from(secret.trim());
  if (new Set(bytes).size < 8) return 'has fewer than 8 different characters';
  const text = bytes.toString();
  if (!isUtf8(bytes) || /[^\P{Cc}\t\r\n]/u.test(text)) return undefined;
  if (/\s/.test(text.trim())) return 'is text with spaces in it';
  return hasKnownRun(text.toLowerCase()) ? 'is text with a sequence that is easy to guess' : undefined;
}

function hasKnownRun(text: string): boolean {
  if (words.test(text)) return true;
  const length = /^[0-9a-f:-]{32,}$/.test(text) ? minRunOfHex : minRun;
  for (let at = 0; at + length <= text.length; at++) {
    const part = text.slice(at, at + length);
    const isRepeated = [1, 2].some((size) => part === part.slice(0, size).repeat(length / size));
    if (isRepeated || runs.some((run) => run.includes(part))) return true;
  }
  return false;
}
