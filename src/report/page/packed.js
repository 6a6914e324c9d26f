// Reads what report/number_pack.h wrote: base64 of little-endian numbers.

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function pairsOf(base64) {
  const bytes = bytesOf(base64);
  const numbers = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
  return numbers;
}

const wholes = (packed) => (packed.bits === 8 ? bytesOf(packed.data) : pairsOf(packed.data));

/// The upper halves of float32 numbers.
function briefs(base64) {
  const halves = pairsOf(base64);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/// From 0 to 1 in steps of 1/65535, still as whole numbers: equal ones are equal.
const shares = (base64) => pairsOf(base64);
const shareOf = (whole) => whole / 65535;
