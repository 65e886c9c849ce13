/** nodemailer's errors. */
export interface SmtpError {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  syscall?: string;
  /** Of the socket. */
  originalCode?: string;
  timeoutType?: string;
  /** The command that was not answered, if any. Added by `createUnansweredLog`, like `isGreeted`. */
  unanswered?: string;
  /** Whether the server has sent its greeting. */
  isGreeted?: boolean;
  message: string;
}

/** Whether the login failed, or the server offers none that fits. */
export function isLoginError({ code }: SmtpError): boolean {
  return code === 'EAUTH' || code === 'ENOAUTH';
}
