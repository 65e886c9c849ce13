import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OtpError } from '../errors.js';
import { createStaticFile, type StaticFile } from '../http/static-files.js';
import { fromWebRequest, toWebResponse } from '../http/web.js';
import { writeBrandStyle } from './brand.js';
import { paths } from './paths.js';

export interface Assets {
  /** Where the pages find them; the address changes with the content. */
  urls(): Promise<{ style: string; script: string }>;
  respond(request: Request): Promise<Response>;
  /** The elements for pages of one's own, of any origin. */
  respondElements(request: Request): Promise<Response>;
}

/** Filled by the build; the same place seen from `src/` and from `dist/`. */
const built = new URL('../../dist/sign-in/browser/', import.meta.url);
const oneYear = 'public, max-age=31536000, immutable';

interface Asset {
  url: string;
  serve: StaticFile;
}

export function createAssets(brandColor: string | undefined): Assets {
  const brandStyle = writeBrandStyle(brandColor);
  const elements = createStaticFile({
    type: 'text/javascript',
    read: () => read('elements.js'),
    headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
  });
  let loading: Promise<{ style: Asset; script: Asset }> | undefined;

  async function load() {
    const style = (await read('style.css')) + brandStyle;
    return {
      style: describe('style', 'css', 'text/css', style),
      script: describe('page', 'js', 'text/javascript', await read('page.js')),
    };
  }

  const loadOnce = () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };

  return {
    async urls() {
      const { style, script } = await loadOnce();
      return { style: style.url, script: script.url };
    },
    respondElements: async (request) => toWebResponse(await elements(fromWebRequest(request))),
    async respond(request) {
      const { pathname } = new URL(request.url);
      const { style, script } = await loadOnce();
      const asset = pathname.endsWith('.css') ? style : script;
      const reply = await asset.serve(fromWebRequest(request));
      if (asset.url === pathname) return toWebResponse(reply);
      // While versions change, a page of one may ask another for what it has: better another version than none.
      return toWebResponse({ ...reply, headers: { ...reply.headers, 'Cache-Control': 'no-cache' } });
    },
  };
}

function describe(name: string, ending: string, type: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  return {
    url: `${paths.assets}${name}-${hash}.${ending}`,
    serve: createStaticFile({ type, read: () => content, cacheControl: oneYear }),
  };
}

async function read(name: string): Promise<string> {
  try {
    return await readFile(new URL(name, built), 'utf8');
  } catch (cause) {
    throw new OtpError('not_found', 'The sign-in page is not there: run npm run build', { cause });
  }
}
