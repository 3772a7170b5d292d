// The mark of one message that I send; a retry carries the same, so the hub takes it once.
export function newClientId(): string {
  // randomUUID is missing on plain http addresses other than this computer's own.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
