import { isWebHost } from './web-host.js';

/** The path under which people reach the service: `/auth` for `https://example.com/auth`, empty for a whole host. */
export function prefixOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : dropLastSlash(new URL(publicUrl).pathname);
}

/** A URL to which the paths of our routes are appended. */
export function dropLastSlash(url: string): string {
  return url.replace(/\/$/, '');
}

const hostAndFolders = /^https?:\/\/[^\s/?#@]+((?:\/[A-Za-z0-9._~-]+)*)\/?$/;
/** Where one of our routes begins: such a URL names a page, not the service. */
const ownFolder = /\/(?:sign-in|sign-out|api|oauth|authz|docs|dev)(?:\/|$)/;

/** Whether this is a URL of a host, or of a folder there, under which all routes can be. */
export function isPublicUrl(url: string): boolean {
  const [, folders] = hostAndFolders.exec(url) ?? [];
  return (
    folders !== undefined &&
    URL.canParse(url) &&
    isWebHost(new URL(url).hostname) &&
    !/\/\.{1,2}(?:\/|$)/.test(folders) &&
    !ownFolder.test(folders)
  );
}
