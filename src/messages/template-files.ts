import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isLocale, type Locale, locales } from './catalogue.js';
import { compileTemplate, type Template } from './template.js';

/** What may be replaced, and by which file. */
const templateFiles = {
  subject: 'email.subject.txt',
  text: 'email.text.txt',
  html: 'email.html',
  linkText: 'email-link.text.txt',
  linkHtml: 'email-link.html',
  sms: 'sms.text.txt',
} as const;
export type TemplateKind = keyof typeof templateFiles;
export type Templates = Partial<Record<TemplateKind, Template>>;

/** What stands between the braces. */
export const templateVariables = [
  'code',
  'appName',
  'duration',
  'title',
  'enter',
  'expires',
  'keep',
  'ignore',
  'subject',
  'locale',
  'direction',
  'align',
] as const;
/** Beside those, in the templates of an e-mail with a link. */
export const linkVariables = ['link', 'linkInMessage', 'signIn'] as const;
export type TemplateVariable = (typeof templateVariables)[number] | (typeof linkVariables)[number];

/** Mail programs cut what is longer, and the code may be in what they cut. */
const maxBytes = 100_000;

export interface TemplateRules {
  hasAppName: boolean;
  isCodeInSubject: boolean;
}

/**
 * The templates of a folder for each locale: those of the locale's own folder, then those that serve all.
 * Names that begin with a dot belong to editors and mounts, and are passed over.
 *
 * @throws RangeError that names the file, the line and what is allowed
 */
export function loadTemplates(folder: string, rules: TemplateRules): (locale: Locale) => Templates {
  const forAll: Templates = {};
  const own = new Map<Locale, Templates>();
  const allowed = Object.values(templateFiles).join(', ');
  for (const name of list(folder)) {
    const path = join(folder, name);
    const kind = findKind(name);
    if (kind) forAll[kind] = loadTemplate(path, kind, rules);
    else if (isLocale(name) && statSync(path).isDirectory()) {
      own.set(name, loadLocaleFolder(path, allowed, rules));
    } else {
      throw new RangeError(
        `${path} is no template; allowed: ${allowed}, and the same in folders named ${locales.join(', ')}`,
      );
    }
  }
  return (locale) => ({ ...forAll, ...own.get(locale) });
}

function loadLocaleFolder(folder: string, allowed: string, rules: TemplateRules): Templates {
  const templates: Templates = {};
  for (const name of list(folder)) {
    const path = join(folder, name);
    const kind = findKind(name);
    if (!kind) throw new RangeError(`${path} is no template; allowed: ${allowed}`);
    templates[kind] = loadTemplate(path, kind, rules);
  }
  return templates;
}

function loadTemplate(path: string, kind: TemplateKind, rules: TemplateRules): Template {
  const source = loadText(path);
  const isSubject = kind === 'subject';
  const body = isSubject ? source.trim() : source;
  if (isSubject && /[\r\n]/.test(body)) throw new RangeError(`${path}:2: a subject is one line`);
  if (isSubject && body === '') throw new RangeError(`${path}:1: a subject is not empty`);
  return compileTemplate(body, {
    file: path,
    variables: listVariables(kind),
    required: isSubject ? [] : isLink(kind) ? ['code', 'link'] : ['code'],
    forbidden: {
      ...(rules.hasAppName ? {} : { appName: 'needs the option appName, which is not set' }),
      ...(isSubject && !rules.isCodeInSubject ? { code: 'is switched off for subjects' } : {}),
    },
    isHtml: kind === 'html' || kind === 'linkHtml',
  });
}

function isLink(kind: TemplateKind): boolean {
  return kind === 'linkText' || kind === 'linkHtml';
}

function listVariables(kind: TemplateKind): readonly string[] {
  if (isLink(kind)) return [...templateVariables, ...linkVariables];
  return kind === 'subject' ? templateVariables.filter((name) => name !== 'subject') : templateVariables;
}

function loadText(path: string): string {
  try {
    if (statSync(path).size > maxBytes) throw new RangeError(`is larger than ${maxBytes} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw new RangeError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (error) {
    throw new RangeError(
      `templatesDir ${folder} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function findKind(name: string): TemplateKind | undefined {
  return (Object.keys(templateFiles) as TemplateKind[]).find((kind) => templateFiles[kind] === name);
}
