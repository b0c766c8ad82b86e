import sodium from "libsodium-wrappers";

await sodium.ready;

/** Seals a value for a public key, as GitHub takes secrets; all in base64. */
export function seal(value: string, publicKey: string): string {
  const base64 = sodium.base64_variants.ORIGINAL;
  return sodium.to_base64(
    sodium.crypto_box_seal(sodium.from_string(value), sodium.from_base64(publicKey, base64)),
    base64,
  );
}
