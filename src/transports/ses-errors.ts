import type { Meaning } from '../core/refusal.js';
import { mean } from './meanings.js';

/**
 * Error types of SendEmail (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html) and of every action
 * (https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html). None concerns the recipient: SES reports
 * those later, as bounces. Others are judged by the status.
 */
export const sesErrors: Readonly<Record<string, Meaning>> = {
  ...mean('unauthorized', 'AccountSuspendedException', 'SendingPausedException'),
  ...mean('unauthorized', 'AccountSendingPausedException', 'ConfigurationSetSendingPausedException'),
  ...mean('unauthorized', 'MailFromDomainNotVerifiedException', 'NotAuthorized', 'OptInRequired'),
  ...mean('unauthorized', 'AccessDenied', 'AccessDeniedException', 'ExpiredToken', 'ExpiredTokenException'),
  ...mean('unauthorized', 'IncompleteSignature', 'IncompleteSignatureException', 'InvalidSignatureException'),
  ...mean('unauthorized', 'InvalidClientTokenId', 'UnrecognizedClientException', 'SignatureDoesNotMatch'),
  ...mean('unauthorized', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'),
  ...mean('unauthorized', 'RequestExpired'),
  ...mean('rate_limited', 'LimitExceededException', 'RequestLimitExceeded', 'TooManyRequestsException'),
  ...mean('rate_limited', 'Throttling', 'ThrottlingException', 'ThrottledException', 'SlowDown'),
  ...mean('rate_limited', 'RequestThrottled', 'RequestThrottledException'),
  ...mean('rejected', 'MessageRejected', 'BadRequestException', 'NotFoundException', 'ValidationError'),
  ...mean('rejected', 'ConfigurationSetDoesNotExistException', 'ValidationException'),
};
