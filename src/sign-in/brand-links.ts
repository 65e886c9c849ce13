import { isWebHost } from '../core/web-host.js';
import type { Strings } from '../messages/strings.js';

const target = /^(?:\/(?!\/)|https:\/\/[^\s/?#@]+(?=[/?#]|$))[\x21-\x7E]*$/;
/** Labels that every language has a word for. */
const known = ['help', 'privacy', 'terms'] as const;

/** Whether this is a label and an https address or a path, such as `Help=https://help.example.com`. */
export function isBrandLink(text: string): boolean {
  const { label, url } = split(text);
  const isAddress = url.startsWith('/') || (URL.canParse(url) && isWebHost(new URL(url).hostname));
  return label !== '' && label.length <= 40 && !/\p{Cc}/u.test(label) && target.test(url) && isAddress;
}

/** The links in the language of the page, as far as it has words for them. */
export function labelLinks(links: readonly string[], { page }: Pick<Strings, 'page'>) {
  return links.map(split).map(({ label, url }) => {
    const key = findKnown(label);
    return { label: key === undefined ? label : page[key], url };
  });
}

/** Where people find help: the link called `Help`. */
export function findHelp(links: readonly string[]): string | undefined {
  return links.map(split).find(({ label }) => findKnown(label) === 'help')?.url;
}

function findKnown(label: string) {
  return known.find((name) => name === label.toLowerCase());
}

function split(text: string) {
  const [label = '', ...rest] = text.split('=');
  return { label: label.trim(), url: rest.join('=').trim() };
}
