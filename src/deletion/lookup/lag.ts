// How far Cloudflare's reads can lag behind its own answers: for this long, a list or the read of a single binding can be
// out of date. Nothing is concluded from a read before that time is over.
export const lagMs = 120_000;
