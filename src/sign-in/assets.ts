import { createHash } from 'node:crypto';
// Written by the build: the same folder seen from `src/sign-in` and from `dist/sign-in`.
import * as texts from '../../dist/sign-in/browser/texts.js';
import { base32Length } from '../core/base32-code.js';
import { makeOnDemand } from '../http/on-demand.js';
import { replyNotFound } from '../http/problems.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import { createStaticFile, type StaticFile } from '../http/static-files.js';
import { writeBrandStyle } from './brand.js';
import { paths } from './paths.js';

export type Assets = ReturnType<typeof createAssets>;

interface Asset {
  url: string;
  serve: StaticFile;
}

/** CSS cannot read the number of slots from the attribute. */
const slotStyle = Array.from({ length: base32Length }, (_, i) => i + 1)
  .map((length) => `.slots[data-length="${length}"]{--n:${length}}`)
  .join('');

const oneYear = 'public, max-age=31536000, immutable';

/** The style sheet and the script of the pages, and the elements for pages of other origins. */
export function createAssets(brandColor: string | undefined) {
  const brandStyle = writeBrandStyle(brandColor);
  const elements = createStaticFile({
    type: 'text/javascript',
    read: () => texts.elements,
    headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
  });
  const assets = makeOnDemand({
    style: () => createAsset('style', 'css', 'text/css', texts.style + slotStyle + brandStyle),
    script: () => createAsset('page', 'js', 'text/javascript', texts.page),
    solver: () => createAsset('solver', 'js', 'text/javascript', texts.solver),
  });

  async function answer(request: HttpRequest): Promise<HttpReply> {
    const { style, script, solver } = assets;
    const [, name, ending] = /^(\w+)-.+\.(\w+)$/.exec(request.path.slice(paths.assets.length)) ?? [];
    const served: Record<string, Asset> = { 'style.css': style, 'page.js': script, 'solver.js': solver };
    const asset = served[`${name}.${ending}`];
    if (!asset) return replyNotFound();
    const reply = await asset.serve(request);
    if (asset.url === request.path) return reply;
    // During an update, the page of one version may ask another for its assets: a different version is better than none.
    return { ...reply, headers: { ...reply.headers, 'Cache-Control': 'no-cache' } };
  }

  const routes: Route[] = [
    { method: 'GET', path: paths.elements, access: ['open'], answer: elements },
    { method: 'GET', path: `${paths.assets}*`, access: ['open'], answer },
  ];
  return {
    /** Where pages find them; a URL changes with its content. */
    urls() {
      const { style, script, solver } = assets;
      return { style: style.url, script: script.url, solver: solver.url };
    },
    routes,
  };
}

function createAsset(name: string, ending: string, type: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  return {
    url: `${paths.assets}${name}-${hash}.${ending}`,
    serve: createStaticFile({ type, read: () => content, cacheControl: oneYear }),
  };
}
