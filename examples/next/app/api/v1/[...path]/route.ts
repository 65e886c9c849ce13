import { createNextHandlers } from 'stateless-otp/next';
import { otp } from '../../../../lib/otp';

export const { GET, POST } = createNextHandlers(otp.handler);
