import { createNextHandlers } from 'stateless-otp/next';
import { otp } from '../../../../lib/otp';

// Behind a proxy, pass `remoteAddress` too: Next knows no address, and without one all callers share a limit.
export const { GET, POST } = createNextHandlers(otp.handler);
