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
  message: string;
}
