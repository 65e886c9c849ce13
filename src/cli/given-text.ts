import { unescapeQuoted } from './env-file.js';
/** Where a text comes from, since each source has mistakes of its own. */
export type Origin = 'environment' | 'settings file' | 'secret file';

export interface GivenText {
  text: string;
  problem?: string | undefined;
  warning?: string | undefined;
}

/** What templates and scripts write for a missing value. */
const nothing = /^(?:undefined|null|None|NaN|<nil>|<no value>|\[object Object\])$/;
/** A variable that nothing has replaced, such as `${DOMAIN}`, `$(DOMAIN)`, `{{ .Values.domain }}` or `<your domain>`. */
const reference = /^(?:\$\{[^}]*\}|\$\([A-Z_]\w*\)|\$[A-Z]+_[A-Z_]+|%[A-Z_]+%|\{\{.*\}\}|<[^@<>]*>)$/;

/**
 * Undoes what Docker and Kubernetes do to a value, and reports what nobody can have meant. Messages do not quote the value.
 *
 * @param name of the setting
 */
export function cleanText(name: string, given: string, origin: Origin): GivenText {
  // Files end in a line end, and so do Kubernetes secrets that were made with `echo` or from a file.
  const line = origin === 'settings file' ? given : given.replace(/(?:\r?\n|\r)$/, '');
  const [, quote, inside = ''] = (origin !== 'settings file' && /^(["'])(.*)\1$/s.exec(line)) || [];
  const isQuoted = quote !== undefined && !inside.includes(quote);
  const text = isQuoted ? unescapeQuoted(inside, quote) : line;
  const problem = findMistake(name, text, origin);
  const warning = isQuoted
    ? 'came with its quotes, which are removed; docker --env-file and Kubernetes pass them on'
    : findDoubt(name, text, origin);
  return problem === undefined ? { text, warning } : { text, problem };
}

function findDoubt(name: string, text: string, origin: Origin): string | undefined {
  if (origin === 'environment' && /\s#/.test(text))
    return 'holds a # after a space; only in a settings file would that begin a comment';
  if (/\$\{\w+\}|\{\{.*\}\}/.test(text))
    return 'contains a reference to a variable, which is not expanded here';
  if (/^[\u2018-\u201f\u00ab].*[\u2018-\u201f\u00bb]$/s.test(text))
    return 'is in typographic quotes, which become part of the value';
  // Pages that show a password in groups put no-break spaces between them.
  if (name !== 'BRAND_NAME' && /[\p{Cf}\u00a0\u2000-\u200a\u202f\u3000]/u.test(text))
    return 'holds a no-break space or an invisible character';
  return undefined;
}

function findMistake(name: string, text: string, origin: Origin): string | undefined {
  const isBlankEnded = /^[\s\p{Cf}]|[\s\p{Cf}]$/u.test(text);
  // Keys may be framed by empty lines, and NODE_ENV is read without blanks.
  const mayBeFramed = /^JWT_PRIVATE_KEY/.test(name) || name === 'NODE_ENV';
  if (isBlankEnded && !mayBeFramed && origin !== 'settings file') {
    return 'begins or ends with a space, a line end or an invisible character; leave it out';
  }
  if (new RegExp(`^(?:export\\s+)?${name}\\s*=`).test(text)) {
    return 'begins with its own name; give only what follows the =';
  }
  if (/[^\P{Cc}\t\r\n]/u.test(text)) return 'holds a control character';
  if (nothing.test(text))
    return `is "${text}", which is what templates write for a missing value; leave it out`;
  if (reference.test(text))
    return 'is a reference to a variable or a placeholder, which nothing has replaced';
  return undefined;
}
