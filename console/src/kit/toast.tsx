import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { Icon } from './Icon';

export function toastDone(message: string): void {
  notifications.show({ message, icon: <Icon name="check" size={16} />, color: 'accent', autoClose: 4000, withBorder: true, closeButtonProps: { 'aria-label': i18next.t('words:acts.close') } });
}

export function toastFailed(title: string, message: string): void {
  notifications.show({ title, message, icon: <Icon name="warn" size={16} />, color: 'red', autoClose: 9000, withBorder: true, role: 'alert', closeButtonProps: { 'aria-label': i18next.t('words:acts.close') } });
}
