import { escapeHtml } from '../html.js';

/** A logic-less template. */
export interface Template {
  fill(values: Readonly<Record<string, string>>): string;
  /** A template in which these values are already filled in. */
  bind(values: Readonly<Record<string, string>>): Template;
}

export interface TemplateOptions {
  /** Name of the source, for errors. */
  file: string;
  variables: readonly string[];
  /** Variables that must occur. */
  required?: readonly string[] | undefined;
  /** Variables that must not occur, and why. */
  forbidden?: Readonly<Record<string, string>> | undefined;
  /** Whether values are escaped. */
  isHtml: boolean;
}

/**
 * Compiles a template with variables such as `{{name}}`. Any other use of two braces is an error.
 *
 * @throws RangeError that names the file, the line and what is allowed
 */
export function compileTemplate(
  source: string,
  { file, variables, required = [], forbidden = {}, isHtml }: TemplateOptions,
): Template {
  const texts: string[] = [];
  const names: string[] = [];
  const allowed = `allowed: ${variables.map((name) => `{{${name}}}`).join(', ')}`;
  let end = 0;
  for (let start = source.indexOf('{{'); start >= 0; start = source.indexOf('{{', end)) {
    const where = `${file}:${countLines(source, start)}`;
    const [whole, name] = /^\{\{[ \t]*([^\s{}]*)[ \t]*\}\}/.exec(source.slice(start, start + 200)) ?? [];
    if (whole === undefined || name === undefined) {
      throw new RangeError(`${where}: {{ is not followed by a name and }}; ${allowed}`);
    }
    if (!variables.includes(name)) throw new RangeError(`${where}: ${whole} is not a variable; ${allowed}`);
    if (forbidden[name] !== undefined) throw new RangeError(`${where}: ${whole} ${forbidden[name]}`);
    texts.push(source.slice(end, start));
    names.push(name);
    end = start + whole.length;
  }
  const last = source.slice(end);
  for (const name of required) {
    if (names.includes(name)) continue;
    throw new RangeError(
      `${file}:${countLines(source, source.trimEnd().length)}: {{${name}}} is missing; ${allowed}`,
    );
  }
  return createTemplate([...texts, last], names, isHtml);
}

/** @param texts before, between and after the holes, one more than `names` */
function createTemplate(texts: readonly string[], names: readonly string[], isHtml: boolean): Template {
  return {
    fill(values) {
      let filled = texts[0] ?? '';
      for (let hole = 0; hole < names.length; hole++) {
        const value = values[names[hole] ?? ''] ?? '';
        filled += (isHtml ? escapeHtml(value) : value) + (texts[hole + 1] ?? '');
      }
      return filled;
    },
    bind(values) {
      const openTexts = [texts[0] ?? ''];
      const openNames: string[] = [];
      names.forEach((name, hole) => {
        const value = values[name];
        const next = texts[hole + 1] ?? '';
        if (value === undefined) {
          openNames.push(name);
          openTexts.push(next);
        } else {
          openTexts.push(`${openTexts.pop()}${isHtml ? escapeHtml(value) : value}${next}`);
        }
      });
      return createTemplate(openTexts, openNames, isHtml);
    },
  };
}

function countLines(source: string, until: number): number {
  return source.slice(0, until).split('\n').length;
}
