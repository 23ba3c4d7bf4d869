// The account as it is now: what waits, the freeze, and each prefix with its bindings, as a bar of who gets an address and
// as a nested list.
import type { Binding, Prefix } from "../../../deletion/binding.ts";
import type { Summary } from "../../../deletion/deletion.ts";
import { type Bound, cellsOf, type Nested, nested, stretchesOf } from "../cells.ts";
import { historyOf } from "../filter.ts";
import type { Viewer } from "../viewer.ts";
import { Bar } from "./bar.tsx";
import { Confirm } from "./confirm.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Rows } from "./rows.tsx";

/** More would be too much for a page; a prefix, or an address, leads to the others. */
const listedAtMost = 1000;
const drawnAtMost = 60;

/** A prefix that was asked for by its id alone has no range to show. */
export type ShownPrefix = Pick<Prefix, "id"> &
	Partial<Pick<Prefix, "cidr" | "range">> & { bindings: readonly Binding[] };

interface AccountProps {
	viewer: Viewer;
	accountId: string;
	present: Present | null;
	waiting: readonly Summary[];
	prefixes: readonly ShownPrefix[];
	covering: string | null;
}

export function Account({ viewer, accountId, present, waiting, prefixes, covering }: AccountProps) {
	let room = listedAtMost;
	const shown = prefixes.map((prefix) => {
		const bindings = prefix.bindings.slice(0, Math.max(room, 0));
		room -= prefix.bindings.length + 1;
		return { prefix, bindings };
	});
	return (
		<Layout title="Account" part="account" viewer={viewer} present={present}>
			<h1>Account</h1>
			<p class="hint">
				<code>{accountId}</code>
			</p>
			<section>
				<h2>What waits</h2>
				{present === null ? (
					<p class="notice">The ledger cannot be reached now, and so this cannot be told. Look again in a minute.</p>
				) : waiting.length === 0 ? (
					<p>Nothing waits for an approval, or for its time.</p>
				) : (
					<Rows caption="Deletions that wait" rows={waiting} actorHref={(actor) => historyOf("actor", actor)} />
				)}
				{present !== null && present.freeze === null && viewer.actor.scopes.includes("freeze") && (
					<FreezeForm viewer={viewer} accountId={accountId} />
				)}
			</section>
			<section>
				<h2>Bindings</h2>
				<form method="get" action="/account" class="line">
					<label for="covering">Who serves</label>
					<input id="covering" name="covering" value={covering} placeholder="203.0.113.7" maxlength={64} />
					<button type="submit">Look</button>
					{covering !== null && <a href="/account">All</a>}
				</form>
				{prefixes.length === 0 && (
					<p class="notice">
						{covering === null ? "This account has no prefixes." : `No prefix of this account covers ${covering}.`}
					</p>
				)}
				{shown.map(({ prefix, bindings }) => (
					<PrefixMap prefix={prefix} bindings={bindings} />
				))}
			</section>
		</Layout>
	);
}

const FreezeForm = ({ viewer, accountId }: { viewer: Viewer; accountId: string }) => (
	<Confirm summary="Freeze deletions…" action="/freeze-switch" viewer={viewer} button="Freeze all deletions">
		<input type="hidden" name="turn" value="on" />
		<p>
			While it lasts, nothing is deleted on account <code>{accountId}</code>, through any door. Restorations work.
		</p>
		<p>
			<label for="freeze-reason">Reason</label>
			<input id="freeze-reason" name="reason" required maxlength={500} autocomplete="off" />
		</p>
		<p>
			<label for="freeze-until">Until, in UTC (left out: until somebody lifts it)</label>
			<input id="freeze-until" name="until" type="datetime-local" />
		</p>
	</Confirm>
);

function PrefixMap({ prefix, bindings }: { prefix: ShownPrefix; bindings: readonly Binding[] }) {
	const bounds = bindings.flatMap(({ id, range, serviceName, provisioningState }) =>
		range === null ? [] : [{ id, range, service: serviceName, state: provisioningState }],
	);
	const left = prefix.bindings.length - bindings.length;
	const cells = cellsOf([...(prefix.range === undefined ? [] : [prefix.range]), ...bounds.map(({ range }) => range)]);
	return (
		<article class="prefix">
			<h3>{prefix.cidr ?? "One prefix"}</h3>
			{bindings.length <= drawnAtMost && <Bar stretches={stretchesOf(cells, bounds)} />}
			{prefix.bindings.length === 0 && <p>No bindings: it cannot be advertised.</p>}
			<Tree tree={nested(bounds)} />
			{bindings
				.filter(({ range }) => range === null)
				.map(({ id, cidr }) => (
					<p>
						<code>{id}</code>: its range ({cidr ?? "none"}) cannot be read, so it cannot be deleted here.
					</p>
				))}
			{left > 0 && (
				<p class="notice">
					{left} more are not shown. <a href={`/account?prefix=${prefix.id}`}>Show this prefix alone</a>, or name an
					address.
				</p>
			)}
			<p class="hint">
				<code>{prefix.id}</code> <a href={historyOf("prefix_id", prefix.id)}>History</a>
			</p>
		</article>
	);
}

const Tree = ({ tree }: { tree: readonly Nested[] }) =>
	tree.length === 0 ? null : (
		<ul class="tree">
			{tree.map(({ bound, inside }) => (
				<li>
					<Leaf bound={bound} />
					<Tree tree={inside} />
				</li>
			))}
		</ul>
	);

const Leaf = ({ bound: { range, service, state } }: { bound: Bound }) => (
	<>
		<a href={`/account/${range.text}`} data-row="">
			{range.text}
		</a>{" "}
		{service ?? "regional, no service"} <small>{state ?? "provisioning not told"}</small>
	</>
);
