// What every page has: its head, the navigation, the banner and its heading.

import type { Overview } from "../../../deletion/ledger-api.ts";
import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";
import { Banner } from "./banner.tsx";
import { FormToken } from "./form.tsx";
import { Facts } from "./table.tsx";

interface Frame {
	/** The heading too. */
	title: string;
	beside?: JSX.Children;
	/** The current part of the navigation. */
	part?: "history" | "account" | null;
	/** null for strangers: they see no navigation. */
	viewer?: Viewer | null;
	/** null if the Ledger was unreachable, or was not asked. */
	overview?: Overview | null;
	/** The page's ETag while it can change by itself; the script then polls. */
	live?: string | null;
	/** Reloads itself once, immediately. */
	again?: boolean;
	/** Reloads itself every few seconds where no script polls. */
	refreshes?: boolean;
	children: JSX.Children;
}

export const Layout = (frame: Frame) => {
	const { title, beside, part = null, viewer = null, overview = null, live = null, children } = frame;
	return (
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<title>{`${title} · unbind`}</title>
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<meta name="robots" content="noindex" />
				{frame.again && <meta http-equiv="refresh" content="0" />}
				{frame.refreshes && (
					<noscript>
						<meta http-equiv="refresh" content="5" />
					</noscript>
				)}
				<link rel="icon" href="/assets/icon.svg" />
				<link rel="stylesheet" href="/assets/base.css" />
				<link rel="stylesheet" href="/assets/page.css" />
				<script src="/assets/page.js" type="module" />
			</head>
			<body>
				<a class="skip" href="#main">
					Skip to the content
				</a>
				<header>
					<a class="brand" href="/">
						unbind
					</a>
					{viewer !== null && <Navigation part={part} viewer={viewer} approvals={overview?.waiting.approval ?? 0} />}
				</header>
				{viewer !== null && <Banner viewer={viewer} overview={overview} />}
				<main id="main" data-live={live}>
					{beside === undefined ? (
						<h1>{title}</h1>
					) : (
						<div class="line title">
							<h1>{title}</h1>
							{beside}
						</div>
					)}
					{children}
				</main>
				<p id="news" class="unseen" role="status" />
				{viewer !== null && <Keys />}
			</body>
		</html>
	);
};

interface NavigationProps {
	part: "history" | "account" | null;
	viewer: Viewer;
	/** How many deletions wait for one. */
	approvals: number;
}

const Navigation = ({ part, viewer, approvals }: NavigationProps) => (
	<>
		<nav id="pages" aria-label="Pages">
			<ul>
				<li>
					<a href="/" aria-current={part === "history" ? "page" : null}>
						History
					</a>
				</li>
				<li>
					<a href="/account" aria-current={part === "account" ? "page" : null}>
						Account
						{approvals > 0 && ` (${approvals} waiting for approval)`}
					</a>
				</li>
			</ul>
		</nav>
		<div class="viewer">
			<label class="times" data-scripted="" hidden>
				<span class="unseen">Show times as</span>
				<select id="times">
					<option value="ago">Time ago</option>
					<option value="utc">UTC</option>
					<option value="local">Local time</option>
				</select>
			</label>
			<button type="button" class="quiet" data-help="" data-scripted="" hidden>
				Keys
			</button>
			<span>{viewer.actor.name}</span>
			{viewer.signedInBy === "access" ? (
				<a href="/cdn-cgi/access/logout">Sign out</a>
			) : (
				<form method="post" action="/sign-out">
					<FormToken viewer={viewer} />
					<button type="submit" class="quiet">
						Sign out
					</button>
				</form>
			)}
		</div>
	</>
);

/** The script shows this, because keys need the script. */
const Keys = () => (
	<dialog id="keys" aria-labelledby="keys-title">
		<h2 id="keys-title">Keys</h2>
		<Facts
			facts={[
				[[<kbd>j</kbd>, " ", <kbd>k</kbd>], "next and previous row"],
				[<kbd>Enter</kbd>, "open it"],
				[<kbd>/</kbd>, "search"],
				[<kbd>?</kbd>, "this list"],
			]}
		/>
		<p>
			<input type="checkbox" id="keys-on" checked />
			<label for="keys-on">Use single keys on this device</label>
		</p>
		<form method="dialog">
			<button type="submit">Close</button>
		</form>
	</dialog>
);
