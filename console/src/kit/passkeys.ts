/** WebAuthn in the JSON forms that the API speaks. */

/** Needs a secure page (https or localhost) and a browser that knows the JSON forms: all of 2025 and later. */
export function passkeysWork(): boolean {
  return typeof PublicKeyCredential === 'function'
    && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'
    && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function';
}

/** Options come as the object itself or below `publicKey`, and by some libraries as a text. */
function bare(options: unknown): unknown {
  const read: unknown = typeof options === 'string' ? JSON.parse(options) : options;
  return typeof read === 'object' && read !== null && 'publicKey' in read ? read.publicKey : read;
}

/** @throws DOMException when the person closes the browser's question */
export async function signWithPasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(bare(options) as PublicKeyCredentialRequestOptionsJSON);
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  return credential?.toJSON();
}

/** @throws DOMException when the person closes the browser's question */
export async function makePasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(bare(options) as PublicKeyCredentialCreationOptionsJSON);
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  return credential?.toJSON();
}
