// The way in, in the place of whatever page was asked for; it shows nothing else.
import type { AccessFailure } from "../../auth/access.ts";
import { Field } from "./field.tsx";
import { Layout } from "./layout.tsx";

interface SignInProps {
	/** Where to go then. */
	to: string;
	notice?: string | null;
	/** What is wrong with the token. */
	mistake?: string | null;
	/** The browser came from another site, and so left out the cookie: it should ask once more. */
	again?: boolean;
}

export const SignIn = ({ to, notice = null, mistake = null, again = false }: SignInProps) => (
	<Layout title="Sign in" part={null} viewer={null} present={null} again={again}>
		<h1>Sign in</h1>
		{notice !== null && (
			<p class="notice" role="alert">
				{notice}
			</p>
		)}
		<form method="post" action="/sign-in" class="narrow">
			<input type="hidden" name="to" value={to} />
			<Field
				id="token"
				name="token"
				label="Token"
				type="password"
				mistake={mistake}
				autocomplete="current-password"
				required
				autofocus
			/>
			<p>
				<button type="submit">Sign in</button>
			</p>
		</form>
		<p class="hint">
			unbind's operator makes tokens with <code>npm run token</code>. A session ends after eight hours.
		</p>
	</Layout>
);

const sentences = {
	no_assertion: "This page is reached through Cloudflare Access alone. Open it by the address that Access protects.",
	wrong_assertion: "The assertion of Cloudflare Access does not hold. Sign out of Access, and come in again.",
	keys_unreachable: "The keys of Cloudflare Access cannot be fetched now. Try again in a minute.",
};

export const NotLetIn = ({ stranger }: { stranger: AccessFailure }) => (
	<Layout title="No way in" part={null} viewer={null} present={null}>
		<h1>No way in</h1>
		<p class="notice" role="alert">
			{stranger.reason === "unknown_user"
				? `Cloudflare Access says that you are ${stranger.email}, whom unbind's configuration does not name. Ask its operator to add you under [vars.ACCESS.users].`
				: sentences[stranger.reason]}
		</p>
	</Layout>
);
