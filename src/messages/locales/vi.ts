import type { Strings } from '../strings.js';

export const vi: Strings = {
  direction: 'ltr',
  title: 'Mã dùng một lần của bạn',
  titleFor: 'Mã dùng một lần của bạn cho {app}',
  enter: 'Vui lòng nhập mã này để tiếp tục:',
  expires: 'Mã sẽ hết hạn {in} và chỉ dùng được một lần.',
  keep: 'Không chia sẻ mã với bất kỳ ai.',
  ignore:
    'Nếu bạn không yêu cầu mã này, bạn có thể bỏ qua tin nhắn này. Không có mã thì sẽ không có gì xảy ra.',
  smsCode: 'Mã của bạn: {code}',
  smsCodeFor: 'Mã {app} của bạn: {code}',
  smsExpires: 'Hết hạn {in}.',
  smsKeep: 'Không chia sẻ mã.',
};
