import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OtpError } from '../../errors.js';
import { writeBrandStyle } from '../../ui/brand.js';
import { paths } from '../../ui/paths.js';
import { securityHeaders } from '../reply.js';

export interface Assets {
  /** Where the pages find them; the address changes with the content. */
  urls(): Promise<{ style: string; script: string }>;
  respond(path: string): Promise<Response>;
  /** The elements for pages of one's own, of any origin. */
  respondElements(): Promise<Response>;
}

/** Filled by the build; the same place seen from `src/` and from `dist/`. */
const built = new URL('../../../dist/ui/browser/', import.meta.url);
const oneHour = 'public, max-age=3600';
const oneYear = 'public, max-age=31536000, immutable';

interface Asset {
  url: string;
  type: string;
  content: string;
}

export function createAssets(brandColor: string | undefined): Assets {
  const brandStyle = writeBrandStyle(brandColor);
  let loading: Promise<{ style: Asset; script: Asset }> | undefined;

  async function load() {
    const style = (await read('style.css')) + brandStyle;
    return {
      style: describe('style', 'css', 'text/css', style),
      script: describe('page', 'js', 'text/javascript', await read('page.js')),
    };
  }

  const loadOnce = () => {
    loading ??= load();
    return loading;
  };

  return {
    async urls() {
      const { style, script } = await loadOnce();
      return { style: style.url, script: script.url };
    },
    async respondElements() {
      return new Response(await read('elements.js'), {
        headers: {
          ...securityHeaders,
          'Access-Control-Allow-Origin': '*',
          'Cache-Control': oneHour,
          'Content-Type': 'text/javascript; charset=utf-8',
          'Cross-Origin-Resource-Policy': 'cross-origin',
        },
      });
    },
    async respond(path) {
      const { style, script } = await loadOnce();
      const asset = path.endsWith('.css') ? style : script;
      return new Response(asset.content, {
        headers: {
          ...securityHeaders,
          // While versions change, a page of one may ask another for what it has: better another version than none.
          'Cache-Control': asset.url === path ? oneYear : 'no-store',
          'Content-Type': `${asset.type}; charset=utf-8`,
        },
      });
    },
  };
}

function describe(name: string, ending: string, type: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  return { url: `${paths.assets}${name}-${hash}.${ending}`, type, content };
}

async function read(name: string): Promise<string> {
  try {
    return await readFile(new URL(name, built), 'utf8');
  } catch (cause) {
    throw new OtpError('not_found', 'The sign-in page is not there: run npm run build', { cause });
  }
}
