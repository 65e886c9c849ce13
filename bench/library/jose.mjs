// One HS256 check as our service makes it: what a bearer check cannot cost less than, when the token is new.
import { createSecretKey } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

const key = createSecretKey(Buffer.alloc(32, 7));
const [issuer, audience] = ['stateless-otp', 'stateless-otp'];

export const operations = {
  'verify HS256': async () => {
    const token = await new SignJWT({ purpose: 'sign-in', namespace: 'default', amr: ['otp'] })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('alice@example.com')
      .setIssuedAt()
      .setExpirationTime('15m')
      .setJti('0123456789abcdef012345')
      .sign(key);
    return () => jwtVerify(token, key, { algorithms: ['HS256'], typ: 'JWT', issuer, audience });
  },
};
