/** The packet that ends a list (gitprotocol-common). */
export const flush = Buffer.from("0000");

/** One packet: four hex digits of its length, and its data. */
export function packet(data: string | Uint8Array): Buffer {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

/**
 * Reads packets up to the first flush.
 * @returns the packets' data, and what follows the flush
 * @throws Error for what is no list of packets
 */
export function readPackets(body: Buffer): { packets: Buffer[]; rest: Buffer } {
  const packets: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const text = body.subarray(at, at + 4).toString("latin1");
    const length = /^[0-9a-f]{4}$/iu.test(text) ? Number.parseInt(text, 16) : Number.NaN;
    if (length === 0) return { packets, rest: body.subarray(at + 4) };
    if (!(length >= 4) || at + length > body.length) throw new Error("the request is not a list of packets");
    packets.push(body.subarray(at + 4, at + length));
    at += length;
  }
  return { packets, rest: Buffer.alloc(0) };
}

const bandLimit = 65_515;

/** Data on one band of `side-band-64k`: 1 is the answer, 2 is shown to the person who waits. */
export function sideBand(band: 1 | 2, data: Buffer): Buffer {
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length; at += bandLimit)
    packets.push(packet(Buffer.concat([Buffer.from([band]), data.subarray(at, at + bandLimit)])));
  return Buffer.concat(packets);
}
