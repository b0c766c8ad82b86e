import sodium from "libsodium-wrappers";

import type { KeyPair, Secret, SecretScope } from "./model.ts";

await sodium.ready;

const base64 = sodium.base64_variants.ORIGINAL;

/** Makes a pair of keys; its id is a number in digits, as GitHub's. */
export function newKeyPair(id: number): KeyPair {
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  return {
    id: String(id),
    publicKey: sodium.to_base64(publicKey, base64),
    privateKey: sodium.to_base64(privateKey, base64),
  };
}

/** A scope without secrets. */
export const newScope = (id: number): SecretScope => ({ key: newKeyPair(id), secrets: [] });

/** Opens a sealed box in base64; undefined when it was not sealed for these keys, or is none. */
export function open(key: KeyPair, sealed: string): string | undefined {
  try {
    const box = sodium.from_base64(sealed, base64);
    const [publicKey, privateKey] = [key.publicKey, key.privateKey].map((text) => sodium.from_base64(text, base64));
    if (publicKey === undefined || privateKey === undefined) return undefined;
    return Buffer.from(sodium.crypto_box_seal_open(box, publicKey, privateKey)).toString("utf8");
  } catch {
    return undefined;
  }
}

/** The value of a secret of a scope. */
export const valueOf = ({ key }: SecretScope, { sealed }: Secret): string | undefined => open(key, sealed);
