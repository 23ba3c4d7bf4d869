// How far Cloudflare's reads may be behind its own answers: a list, or the read of one binding, can show for this long what
// is no longer so. Every conclusion drawn from what is missing, or still there, waits for it.
export const lagMs = 120_000;
