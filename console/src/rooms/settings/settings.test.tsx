import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { encode } from 'uqr';
import { deviceOf } from './devices';
import { QrCode } from './QrCode';

describe('devices', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0', 'Edge, Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox, Linux'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1', 'Safari, iPhone'],
    ['Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36', 'Chrome, Android'], ['curl/8.5.0', 'curl'], ['', null], [null, null], ['SomeBot', null],
  ])('%s is %s', (agent, name) => {
    expect(deviceOf(agent)).toBe(name);
  });
});

describe('the QR code', () => {
  it('draws every dark square and no other', () => {
    const text = 'otpauth://totp/AIOHub:ann@example.com?secret=JBSWY3DPEHPK3PXP';
    render(<QrCode text={text} label="code" />);
    const image = screen.getByRole('img', { name: 'code' });
    const path = image.querySelector('path')?.getAttribute('d') ?? '';
    const { data, size } = encode(text, { border: 1 });
    expect(path.match(/M/g)).toHaveLength(data.flat().filter(Boolean).length);
    expect(image).toHaveAttribute('viewBox', `0 0 ${String(size)} ${String(size)}`);
  });
});
