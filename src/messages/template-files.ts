import { loadFileSystem } from '../files.js';
import { isLocale, type Locale, locales } from './catalogue.js';
import { compileTemplate, type Template, type TemplateOptions } from './template.js';

/** Templates that can be replaced, and their files. */
const templateFiles = {
  subject: 'email.subject.txt',
  text: 'email.text.txt',
  html: 'email.html',
  linkText: 'email-link.text.txt',
  linkHtml: 'email-link.html',
  sms: 'sms.text.txt',
} as const;
type TemplateKind = keyof typeof templateFiles;
export type Templates = Partial<Record<TemplateKind, Template>>;

const templateVariables = [
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
/** Only in the templates of e-mails with a link. */
const linkVariables = ['link', 'linkInMessage', 'signIn'] as const;
export type TemplateVariable = (typeof templateVariables)[number] | (typeof linkVariables)[number];

/** Mail clients truncate longer messages, possibly before the code. */
const maxBytes = 100_000;

export interface TemplateRules {
  hasAppName: boolean;
  isCodeInSubject: boolean;
}

/**
 * Loads the templates of a folder. A locale's own folder takes precedence. Ignores names that start with a dot, which
 * belong to editors and mounts.
 *
 * @throws RangeError that names the file, the line and what is allowed
 */
export function loadTemplates(folder: string, rules: TemplateRules): (locale: Locale) => Templates {
  const own = new Map<Locale, Templates>();
  const forAll = loadFolder(folder, rules, own);
  return (locale) => ({ ...forAll, ...own.get(locale) });
}

/** @param own collects the folders of locales; undefined inside one, where folders are refused */
function loadFolder(folder: string, rules: TemplateRules, own?: Map<Locale, Templates>): Templates {
  const templates: Templates = {};
  for (const name of list(folder)) {
    const path = `${folder.replace(/\/+$/, '')}/${name}`;
    const kind = findKind(name);
    if (kind) templates[kind] = loadTemplate(path, kind, rules);
    else if (own && isLocale(name) && loadFileSystem().statSync(path).isDirectory())
      own.set(name, loadFolder(path, rules));
    else {
      const allowed = Object.values(templateFiles).join(', ');
      const folders = own ? `, and the same in folders named ${locales.join(', ')}` : '';
      throw new RangeError(`${path} is not a template; allowed: ${allowed}${folders}`);
    }
  }
  return templates;
}

function loadTemplate(path: string, kind: TemplateKind, rules: TemplateRules): Template {
  const source = loadText(path);
  const isSubject = kind === 'subject';
  const body = isSubject ? source.trim() : source;
  if (isSubject && /[\r\n]/.test(body)) throw new RangeError(`${path}:2: a subject is one line`);
  if (isSubject && body === '') throw new RangeError(`${path}:1: a subject is not empty`);
  return compileAs(kind, body, {
    file: path,
    required: isSubject ? [] : isLink(kind) ? ['code', 'link'] : ['code'],
    forbidden: {
      ...(rules.hasAppName ? {} : { appName: 'needs the option appName, which is not set' }),
      ...(isSubject && !rules.isCodeInSubject ? { code: 'is switched off for subjects' } : {}),
    },
  });
}

/** Compiles a template with the variables and the escaping of its kind. */
export function compileAs(kind: TemplateKind, source: string, options: Partial<TemplateOptions> = {}) {
  const isHtml = kind === 'html' || kind === 'linkHtml';
  return compileTemplate(source, {
    file: templateFiles[kind],
    ...options,
    variables: listVariables(kind),
    isHtml,
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
  const { readFileSync, statSync } = loadFileSystem();
  try {
    if (statSync(path).size > maxBytes) throw new RangeError(`is larger than ${maxBytes} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw new RangeError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function list(folder: string): string[] {
  try {
    return loadFileSystem()
      .readdirSync(folder)
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
