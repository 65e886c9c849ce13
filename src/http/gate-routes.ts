import type { EntryRules, Site } from '../core/entry.js';
import { parseCanonical } from '../core/identity.js';
import { signInPurpose } from '../core/policy.js';
import { prefixOf } from '../core/public-prefix.js';
import { maxReturnUrlLength } from '../core/return-url.js';
import type { Call } from '../outcomes/call.js';
import type { GateRefused } from '../outcomes/outcome.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { TokenClaims } from '../tokens/claims.js';
import type { Tokens } from '../tokens/tokens.js';
import { challengeBearer, parseBearer, userHeader } from './bearer.js';
import type { RouteDocument } from './describe.js';
import { escapeBytes, parseForwarded, parseOriginalUrl } from './place.js';
import { problems, replyProblem } from './problems.js';
import { type HttpReply, replyJson } from './reply.js';
import { type HttpRequest, isNavigation } from './request.js';
import type { Route } from './route.js';
import type { SessionCookie } from './session-cookie.js';

export interface GateParts {
  tokens: Pick<Tokens, 'examine' | 'renew' | 'now' | 'describe'>;
  outcomes: Outcomes;
  entry: EntryRules;
  sessionCookie: SessionCookie;
  /** The sign-in page for hosts that share the cookie. Default: on the requested host. */
  signInUrl?: string | undefined;
  publicUrl?: string | undefined;
}

/**
 * Headers that every proxy overwrites with the gate's answer. Not Remote-Groups and Remote-Name: a proxy that was set up before
 * they existed would pass on the client's own.
 */
const identityHeaders = [userHeader.toLowerCase(), 'remote-email', 'remote-phone'];

const answers: RouteDocument['answers'] = {
  200: [
    'Let through; Remote-User, Remote-Email and Remote-Phone say who it is, with GATE_FILE also Remote-Groups and Remote-Name',
    'tokenActive',
  ],
  401: ['Not signed in', 'tokenActive'],
};

/**
 * What a reverse proxy asks before it lets a request through: by the bearer token or the session cookie, 200 with the
 * identity in headers, 403 for a person who may not enter, 401 or a redirect to the sign-in page for one who is not signed in.
 */
export function createGateRoutes(parts: GateParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/authz/auth-request',
      access: ['bearer', 'session'],
      document: {
        operationId: 'authorizeForNginx',
        summary: 'For nginx auth_request: 200, 401 or 403',
        headers: { 'X-Original-URL': 'The requested URL; required with GATE_FILE' },
        answers,
        problems: ['forbidden'],
      },
      async answer(request, { call }) {
        const site = parts.entry.at(() => parseOriginalUrl(request));
        return (await answerAt(site, parts, request, call)) ?? refuse(request);
      },
    },
    {
      method: 'GET',
      path: '/authz/forward-auth',
      access: ['bearer', 'session'],
      document: {
        operationId: 'authorizeForward',
        summary:
          'For Caddy forward_auth and Traefik ForwardAuth: 200, 401 or 403, or a redirect for browsers',
        headers: {
          'X-Forwarded-Host': 'The requested host; required with GATE_FILE',
          'X-Forwarded-Uri': 'The requested path and query; required with GATE_FILE',
        },
        answers: { ...answers, 302: ['A browser that is not signed in, to the sign-in page'] },
        problems: ['forbidden'],
      },
      async answer(request, { call }) {
        const site = parts.entry.at(() => parseForwarded(request));
        const answer = await answerAt(site, parts, request, call);
        if (answer) return answer;
        const method = request.header('x-forwarded-method') ?? 'GET';
        if (site === null || !isNavigation(method, request)) return refuse(request);
        return replyJson(302, { active: false }, { Location: locateSignIn(request, parts) });
      },
    },
  ];
}

/** The answer to someone who may pass, or who is signed in and may not; null for someone who has to sign in. */
async function answerAt(
  site: Site | null,
  parts: GateParts,
  request: HttpRequest,
  call: Call,
): Promise<HttpReply | null> {
  const { outcomes, tokens } = parts;
  if (site === null) {
    outcomes.report({ event: 'gate.refused', ...call, status: 'signed_out', cause: 'unknown_place' });
    return null;
  }
  const decision = await decide(site, parts, request, call);
  const { claims } = decision;
  const about = () => ({ ...call, ...(claims && tokens.describe(claims)) });
  if (decision.status !== 'allowed' && !site.isPublic) {
    const { status, cause } = decision;
    outcomes.report({ event: 'gate.refused', ...about(), status, cause });
    return status === 'forbidden' ? replyProblem('forbidden', problems.forbidden.title) : null;
  }
  if (hasForeignIdentity(request)) {
    outcomes.report({ event: 'gate.refused', ...about(), status: 'forbidden', cause: 'foreign_header' });
    return replyProblem('forbidden', 'A client must not send headers that begin with Remote-');
  }
  const isKnown = decision.status === 'allowed';
  if (outcomes.areWanted()) {
    outcomes.report({ event: 'gate.allowed', ...about(), status: isKnown ? 'signed_in' : 'public' });
  }
  return isKnown ? letThrough(site, decision.claims.sub, decision.headers) : letThrough(site, '');
}

/**
 * Whether a request has an identity header that the gate does not set. nginx can only remove headers by name, so the gate
 * refuses the others.
 */
function hasForeignIdentity(request: HttpRequest): boolean {
  return [...request.headerNames()].some(
    (name) => /^remote[^a-z0-9]/.test(name) && !identityHeaders.includes(name),
  );
}

type Decision =
  | { status: 'allowed'; claims: TokenClaims; headers?: Record<string, string> }
  | { status: GateRefused['status']; cause: GateRefused['cause']; claims?: TokenClaims };

/** By the bearer token, or by the first session cookie that may enter. */
async function decide(
  site: Site,
  { tokens, sessionCookie }: GateParts,
  request: HttpRequest,
  call: Call,
): Promise<Decision> {
  const examine = async (token: string): Promise<Decision> => {
    const check = await tokens.examine(token);
    if (!check.active) return { status: 'signed_out', cause: check.cause };
    const { claims } = check;
    if (claims.purpose !== signInPurpose) return { status: 'signed_out', cause: 'purpose', claims };
    return site.admits(claims.sub)
      ? { status: 'allowed', claims }
      : { status: 'forbidden', cause: site.isKnown ? 'not_allowed' : 'unknown_host', claims };
  };
  const bearer = parseBearer(request.header('authorization'));
  let decision: Decision = { status: 'signed_out', cause: 'missing' };
  if (bearer !== null) {
    decision = await examine(bearer);
    if (decision.status !== 'signed_out') return decision;
  }
  for (const token of sessionCookie.parse(request.header('cookie'))) {
    const next = await examine(token);
    if (next.status === 'allowed') {
      const { claims } = next;
      // A refused request would lose the new cookie, and its owner would be taken for a thief later.
      const isHalfOver = tokens.now() > (claims.iat + claims.exp) / 2;
      const isDue = isHalfOver && !hasForeignIdentity(request);
      const renewal = isDue ? await tokens.renew(claims, call) : null;
      if (renewal?.status === 'ended') {
        if (decision.status !== 'forbidden') decision = { status: 'signed_out', cause: 'reused', claims };
        continue;
      }
      if (renewal?.status !== 'renewed') return next;
      const { accessToken, expiresInSeconds } = renewal.token;
      return { ...next, headers: { 'Set-Cookie': sessionCookie.write(accessToken, expiresInSeconds) } };
    }
    if (decision.status !== 'forbidden') decision = next;
  }
  return decision;
}

/**
 * Always every header, possibly empty: otherwise a proxy may pass on the client's own.
 *
 * @param identity empty for someone who is not signed in
 */
function letThrough({ describe }: Site, identity: string, headers: Record<string, string> = {}): HttpReply {
  const kind = parseCanonical(identity)?.kind;
  const profile = describe?.(identity);
  return replyJson(
    200,
    { active: identity !== '' },
    {
      [userHeader]: identity,
      'Remote-Email': kind === 'email' ? identity : '',
      'Remote-Phone': kind === 'phone' ? identity : '',
      ...(profile && { 'Remote-Groups': profile.groups, 'Remote-Name': profile.name }),
      ...headers,
    },
  );
}

/**
 * Pages of the origins in `CORS_ORIGINS` may read this even after a request with cookies: it says only that someone has to sign
 * in. For any other origin the header has no effect (Fetch §3.3.3).
 */
function refuse(request: HttpRequest): HttpReply {
  const headers = challengeBearer(parseBearer(request.header('authorization')));
  return replyJson(401, { active: false }, { ...headers, 'Access-Control-Allow-Credentials': 'true' });
}

/** The sign-in page with a return URL, which the page itself validates. */
function locateSignIn(request: HttpRequest, { signInUrl, publicUrl }: GateParts): string {
  const page = signInUrl ?? `${prefixOf(publicUrl)}/sign-in`;
  const target = escapeBytes(locateRequest(request, signInUrl));
  return target.length > maxReturnUrlLength ? page : `${page}?rd=${encodeURIComponent(target)}`;
}

/** The requested path, or the whole URL if the sign-in page is on another host. */
function locateRequest(request: HttpRequest, signInUrl: string | undefined): string {
  const uri = request.header('x-forwarded-uri') ?? '/';
  if (signInUrl === undefined) return uri;
  // Proxies append; the first value is the host that the browser used.
  const [host = ''] = (request.header('x-forwarded-host') ?? '').split(',');
  // Not X-Forwarded-Proto, which behind a second proxy may be wrong: the cookie is only valid for this scheme.
  const [scheme] = signInUrl.split('//');
  return `${scheme}//${host.trim()}${uri}`;
}
