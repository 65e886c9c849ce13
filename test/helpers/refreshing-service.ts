export const baseUrl = 'http://localhost/api/v1';

/** A stand-in for a service whose refresh tokens work once: the one before the last ends them all. */
export function createRefreshingService() {
  const calls: { path: string; body: Record<string, unknown>; authorization: string | null }[] = [];
  let count = 0;
  let isEnded = false;
  let gate: Promise<unknown> = Promise.resolve();
  let isDown = false;
  const issue = () => {
    count += 1;
    return Response.json({
      success: true,
      access_token: `access${count}`,
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: `refresh${count}`,
      refresh_expires_in: 86_400,
    });
  };
  const refuse = () => Response.json({ success: false, code: 'invalid_token' }, { status: 401 });
  const fetch = async (url: string, init: RequestInit) => {
    const request = new Request(url, init);
    const path = url.slice(baseUrl.length);
    const body = request.method === 'POST' ? ((await request.json()) as Record<string, unknown>) : {};
    calls.push({ path, body, authorization: request.headers.get('Authorization') });
    await gate;
    if (isDown) throw new TypeError('down');
    switch (path) {
      case '/otp/request':
        return Response.json({
          success: true,
          ttl_seconds: 300,
          resend_in_seconds: 0,
          code_length: 6,
          channel: 'email',
          ...(body['bind'] || body['challenge'] ? { challenge: `challenge${'0'.repeat(13)}` } : {}),
        });
      case '/otp/verify':
        return issue();
      case '/token/refresh':
        if (body['refresh_token'] !== `refresh${count}`) isEnded = true;
        return isEnded ? refuse() : issue();
      case '/token/logout':
        isEnded ||= body['refresh_token'] === `refresh${count}`;
        return Response.json({ success: true });
      case '/token/logout-all':
        isEnded = true;
        return Response.json({ success: true });
      default:
        return Response.json(
          { active: !isEnded, claims: { sub: 'alice@example.com' } },
          { status: isEnded ? 401 : 200 },
        );
    }
  };
  return {
    fetch,
    calls,
    paths: () => calls.map(({ path }) => path),
    isEnded: () => isEnded,
    end() {
      isEnded = true;
    },
    goDown(down = true) {
      isDown = down;
    },
    /** Holds answers back until the function that is returned is called. */
    hold() {
      let release = () => {};
      gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}
