const decimalSuffixes = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binarySuffixes = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]?))$/;

/** Nano units: the smallest that Kubernetes keeps. */
const nano = 1_000_000_000n;

/**
 * A resource quantity in the form in which the API server writes it: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`.
 * Rules: Kubernetes' `k8s.io/apimachinery/pkg/api/resource`, Quantity. What is no quantity is returned as it is.
 */
export function canonicalQuantity(quantity: string): string {
  const match = form.exec(quantity.trim());
  const [, sign = "", whole = "", fraction = "", exponent, suffix = ""] = match ?? [];
  if (match === null || whole + fraction === "") return quantity;
  const shift = binarySuffixes.get(suffix);
  const power = exponent === undefined ? (decimalSuffixes.get(suffix) ?? 0) : Number(exponent.slice(1));
  const digits = BigInt(whole + fraction) * (shift === undefined ? 1n : 1n << BigInt(shift));
  const amount = scaled(digits, power - fraction.length + 9);
  if (amount === 0n) return "0";
  const written = shift === undefined ? decimal(amount, exponent !== undefined) : binary(amount);
  return sign === "-" ? `-${written}` : written;
}

/** A number times a power of ten, rounded up. */
function scaled(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (digits + divisor - 1n) / divisor;
}

function decimal(nanos: bigint, exponential: boolean): string {
  const [suffix, power] = [...decimalSuffixes]
    .toReversed()
    .find(([, candidate]) => nanos % 10n ** BigInt(candidate + 9) === 0n) ?? ["n", -9];
  const mantissa = nanos / 10n ** BigInt(power + 9);
  if (!exponential) return `${String(mantissa)}${suffix}`;
  return power === 0 ? String(mantissa) : `${String(mantissa)}e${String(power)}`;
}

/** Binary suffixes are for whole numbers of at least 1024; others are written decimally. */
function binary(nanos: bigint): string {
  if (nanos % nano !== 0n || nanos < 1024n * nano) return decimal(nanos, false);
  const units = nanos / nano;
  const [suffix, shift] = [...binarySuffixes].toReversed().find(([, bits]) => units % (1n << BigInt(bits)) === 0n) ?? [
    "",
    0,
  ];
  return `${String(units >> BigInt(shift))}${suffix}`;
}
