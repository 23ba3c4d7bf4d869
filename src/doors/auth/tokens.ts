// Who is calling, by an unbind token. Only digests are kept. All are compared, in constant time.
import type { TokenHolder } from "../../config/tokens.ts";
import { sameName } from "../../deletion/record/actor.ts";

const encoder = new TextEncoder();

/** The holder of a token; with `name`, only if it is that holder. */
export async function holderOf(
	token: string,
	holders: readonly TokenHolder[],
	name: string | null = null,
): Promise<TokenHolder | null> {
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(token)));
	let found: TokenHolder | null = null;
	for (const holder of holders) {
		const same = crypto.subtle.timingSafeEqual(digest, holder.digest);
		if (same && (name === null || sameName(name, holder.name))) found = holder;
	}
	return found;
}

/** RFC 6750: the scheme in any letter case, then the token. */
export const bearerToken = (authorization: string | null): string | null =>
	/^bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1] ?? null;
