export interface HubOptions {
  signedIn?: boolean;
  role?: 'user' | 'operator' | 'owner';
  /** Nothing was done yet. */
  empty?: boolean;
  sign_up?: 'open' | 'invite' | 'closed';
  /** Paths that begin so answer 503. */
  broken?: string[];
  totp?: boolean;
  pageSize?: number;
}

export interface MockHub {
  password: string;
  signedIn: boolean;
  needs: string | null;
  totp: boolean;
  calls: { method: string; path: string; body: unknown }[];
  keys: { id: number; name: string; groups: string[]; enabled: boolean; version: number; limits: Record<string, number | null>; secret?: string }[];
  options: HubOptions;
}

export interface Served {
  hub: MockHub;
  address: string;
  close: () => Promise<void>;
}

export function serve(root: string, options?: HubOptions, port?: number): Promise<Served>;
