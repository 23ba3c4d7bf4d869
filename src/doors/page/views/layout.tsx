// What every page has: its head, the navigation, and the freeze banner.

import type { Freeze, Waiting } from "../../../deletion/judgement/freeze.ts";
import type { MassGlance } from "../../../deletion/ledger-api.ts";
import { heldWords } from "../../reply/freeze.ts";
import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";
import { Confirm } from "./form.tsx";
import { Moment } from "./marks.tsx";

/** The freeze, the waiting deletions and what is lost, for the top of every page. */
export interface Present {
	freeze: Freeze | null;
	waiting: Waiting;
	/** Mass deletions that are not fully restored. */
	lost: readonly MassGlance[];
}

interface Frame {
	title: string;
	/** The current part of the navigation. */
	part: "history" | "account" | null;
	viewer: Viewer | null;
	present: Present | null;
	/** The page's ETag while it can change by itself; the script then polls. */
	live?: string | null;
	/** Reloads itself once, at once. */
	again?: boolean;
	/** Reloads itself every few seconds where no script polls. */
	refreshes?: boolean;
	children: JSX.Children;
}

export const Layout = (frame: Frame) => {
	const { title, part, viewer, present, live = null, again = false, refreshes = false, children } = frame;
	return (
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<title>{`${title} · unbind`}</title>
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<meta name="robots" content="noindex" />
				{again && <meta http-equiv="refresh" content="0" />}
				{refreshes && (
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
					{viewer !== null && <Navigation part={part} viewer={viewer} present={present} />}
				</header>
				{viewer !== null && <Banner viewer={viewer} present={present} />}
				<main id="main" data-live={live}>
					{children}
				</main>
				<p id="news" class="unseen" role="status" />
				{viewer !== null && <Keys />}
			</body>
		</html>
	);
};

const Navigation = ({ part, viewer, present }: Pick<Frame, "part" | "present"> & { viewer: Viewer }) => (
	<>
		<nav id="pages" aria-label="Pages">
			<ul>
				<li>
					<a href="/" aria-current={part === "history" ? "page" : undefined}>
						History
					</a>
				</li>
				<li>
					<a href="/account" aria-current={part === "account" ? "page" : undefined}>
						Account
						{present !== null && present.waiting.approval > 0 && ` (${present.waiting.approval} waiting for approval)`}
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
					<input type="hidden" name="form_token" value={viewer.formToken} />
					<button type="submit" class="quiet">
						Sign out
					</button>
				</form>
			)}
		</div>
	</>
);

const Banner = ({ viewer, present }: { viewer: Viewer; present: Present | null }) => (
	<div id="banner">
		{present?.lost.map((mass) => (
			<Lost mass={mass} />
		))}
		{present?.freeze && <Frozen viewer={viewer} freeze={present.freeze} waiting={present.waiting} />}
	</div>
);

const Lost = ({ mass: { id, since, total, missing } }: { mass: MassGlance }) => (
	<section class="banner lost" aria-label="Mass deletion">
		<p>
			<strong>{total} bindings disappeared without unbind</strong> at <Moment at={since} />.{" "}
			{missing < total && `${total - missing} of ${total} are restored. `}
			<a href={`/account/lost/${id}`}>{missing < total ? "See the rest" : "See what is missing, and restore it"}</a>
		</p>
	</section>
);

const Frozen = ({ viewer, freeze, waiting }: { viewer: Viewer; freeze: Freeze; waiting: Waiting }) => (
	<section class="banner" aria-label="Freeze">
		<p>
			<strong>Deletions are frozen.</strong> {freeze.by.name}: {freeze.reason.replace(/\.$/, "")}. Since{" "}
			<Moment at={freeze.since} />
			{freeze.until === null ? ", until someone lifts it." : ", until "}
			{freeze.until !== null && <Moment at={freeze.until} />}
		</p>
		{viewer.actor.scopes.includes("freeze") && (
			<Confirm summary="Lift the freeze…" action="/freeze-switch" viewer={viewer} button="Lift the freeze">
				<input type="hidden" name="turn" value="off" />
				<p>{heldWords(waiting)}</p>
			</Confirm>
		)}
	</section>
);

/** The script shows this, because keys need the script. */
const Keys = () => (
	<dialog id="keys" aria-labelledby="keys-title">
		<h2 id="keys-title">Keys</h2>
		<dl class="facts">
			<dt>
				<kbd>j</kbd> <kbd>k</kbd>
			</dt>
			<dd>next and previous row</dd>
			<dt>
				<kbd>Enter</kbd>
			</dt>
			<dd>open it</dd>
			<dt>
				<kbd>/</kbd>
			</dt>
			<dd>search</dd>
			<dt>
				<kbd>?</kbd>
			</dt>
			<dd>this list</dd>
		</dl>
		<p>
			<input type="checkbox" id="keys-on" checked />
			<label for="keys-on">Use single keys on this device</label>
		</p>
		<form method="dialog">
			<button type="submit">Close</button>
		</form>
	</dialog>
);
