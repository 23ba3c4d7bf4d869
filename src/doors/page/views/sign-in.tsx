// The sign-in page, shown in place of the requested page.

import type { AccessFailure } from "../../auth/access.ts";
import { Field } from "./form.tsx";
import { Layout } from "./layout.tsx";

interface SignInProps {
	/** Where to go after signing in. */
	to: string;
	notice?: string | null;
	/** What is wrong with the token. */
	mistake?: string | null;
	/** The browser came from another site and left out the cookie, so the page should reload once. */
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
			unbind's operator creates tokens with <code>npm run token</code>. A session lasts eight hours.
		</p>
	</Layout>
);

const sentences = {
	no_assertion: "This page is open only through Cloudflare Access. Open the address that Access protects.",
	wrong_assertion: "Cloudflare Access sent an assertion that is not valid. Sign out of Access and sign in again.",
	keys_unreachable: "unbind could not fetch Cloudflare Access's keys. Try again in a minute.",
};

export const NotLetIn = ({ stranger }: { stranger: AccessFailure }) => (
	<Layout title="Access denied" part={null} viewer={null} present={null}>
		<h1>Access denied</h1>
		<p class="notice" role="alert">
			{stranger.reason === "unknown_user"
				? `Cloudflare Access signed you in as ${stranger.email}, but unbind's configuration does not list you. Ask its operator to add you under [vars.ACCESS.users].`
				: sentences[stranger.reason]}
		</p>
	</Layout>
);
