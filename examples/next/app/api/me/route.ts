import { otp } from '../../../lib/otp';

export async function GET(request: Request): Promise<Response> {
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const check = await otp.verifyToken(token);
  if (check.active && check.claims.purpose === 'sign-in') {
    return Response.json({ identity: check.claims.sub });
  }
  return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
}
