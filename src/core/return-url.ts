/** Longer return URLs are dropped: proxies cap header size and would answer 502 instead of showing the page. */
export const maxReturnUrlLength = 1024;
