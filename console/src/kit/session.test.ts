import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Session } from './api/shapes';
import { mayAct, replaceSession, safeReturn } from './session';

describe('the way back after signing in', () => {
  it.each([['/keys?name=a', '/keys?name=a'], ['/', '/'], [null, '/'], ['https://evil.example', '/'], ['//evil.example', '/'], ['/\\evil.example', '/'], ['javascript:alert(1)', '/'], ['/sign-in?return=/', '/'], ['', '/']])('%s leads to %s', (wish, path) => {
    expect(safeReturn(wish)).toBe(path);
  });
});

describe('roles', () => {
  it('are steps', () => {
    expect(mayAct({ role: 'user' }, 'operator')).toBe(false);
    expect(mayAct({ role: 'operator' }, 'operator')).toBe(true);
    expect(mayAct({ role: 'owner' }, 'operator')).toBe(true);
    expect(mayAct({ role: 'operator' }, 'owner')).toBe(false);
    expect(mayAct(null, 'user')).toBe(false);
  });
});

describe('another person at the same window', () => {
  const session = (id: number): Session => ({ signed_in: true, user: { id, email: 'a@example.com', role: 'user', totp: false, has_password: true }, sign_up: 'open', providers: [], passkeys: false, version: '0' });
  it('sees nothing of the one before', () => {
    const client = new QueryClient();
    replaceSession(client, session(1));
    client.setQueryData(['keys'], ['of one']);
    replaceSession(client, session(1));
    expect(client.getQueryData(['keys'])).toEqual(['of one']);
    replaceSession(client, session(2));
    expect(client.getQueryData(['keys'])).toBeUndefined();
  });
});
