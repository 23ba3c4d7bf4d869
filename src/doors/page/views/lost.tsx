// A mass deletion: what disappeared, what restoring it will create and in which order, and the form that restores it.

import {
	authorWords,
	type Lost,
	type MassDeletion,
	type ToRestore,
} from "../../../deletion/restorations/mass-deletion.ts";
import type { Restorations } from "../../../deletion/restorations/restorations.ts";
import type { Refilled } from "../form.ts";
import type { Viewer } from "../viewer.ts";
import { serviceWord } from "../words.ts";
import { Confirm, Field } from "./form.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Moment } from "./marks.tsx";
import { StateMark } from "./rows.tsx";

interface LostProps {
	viewer: Viewer;
	present: Present | null;
	mass: MassDeletion;
	what: ToRestore;
	/** The newest restoration that was requested for it. */
	restorations: Restorations | null;
	/** The CIDR of a prefix by its id, as far as it is known. */
	prefixCidr(prefixId: string): string | null;
	/** Names the list that is shown, so that nothing else is restored. */
	list: string;
	/** A new one each time the form is shown. */
	formKey: string;
	refill: Refilled;
}

export const LostPage = (props: LostProps) => {
	const { viewer, present, mass, what, restorations, prefixCidr } = props;
	const { all, missing, prefixes } = what;
	const title = `${bindings(all.length)} disappeared`;
	return (
		<Layout title={title} part="account" viewer={viewer} present={present}>
			<h1>{title}</h1>
			<p class="hint">
				They disappeared at once. unbind did not delete them. <a href="/account">The account now</a>
			</p>
			<dl class="facts">
				<dt>Missed since</dt>
				<dd>
					<Moment at={mass.since} />
				</dd>
				<dt>Noticed at</dt>
				<dd>
					<Moment at={mass.noticed_at} />
					{mass.froze && ". unbind froze all deletions then."}
				</dd>
				<dt>Deleted by</dt>
				<dd>{authorWords(mass.deletions)}</dd>
				<dt>Prefixes</dt>
				<dd>
					{prefixes.total}, {darkWords(prefixes)}
				</dd>
				<dt>Restored</dt>
				<dd>
					{all.length - missing} of {all.length}
				</dd>
			</dl>
			<Way {...props} />
			<section>
				<h2>{missing === 0 ? "What was restored" : "What will be created"}</h2>
				<p class="hint">In this order: prefixes with no binding left come first.</p>
				<Table all={all} prefixCidr={prefixCidr} />
			</section>
			{restorations !== null && restorations.state === "done" && (
				<p>
					<a href={restorationsPath(restorations.id)}>The last restoration of these bindings</a>
				</p>
			)}
		</Layout>
	);
};

export const lostPath = (id: string): string => `/account/lost/${id}`;
export const restorationsPath = (id: string): string => `/account/restorations/${id}`;
export const bindings = (count: number): string => `${count} ${count === 1 ? "binding" : "bindings"}`;

const darkWords = ({ total, dark }: ToRestore["prefixes"]): string =>
	dark === 0 ? "each still has a binding" : `${dark === total ? "all" : dark} with no binding left`;

/** How to get them back, or why not. */
function Way(props: LostProps) {
	const { viewer, what, restorations } = props;
	const { missing, restorable, outside } = what;
	if (missing === 0) return <p class="notice">All of them are restored.</p>;
	if (restorations?.state === "restoring")
		return (
			<p class="notice">
				They are being restored. <a href={restorationsPath(restorations.id)}>Follow the restoration</a>
			</p>
		);
	if (!viewer.actor.scopes.includes("restore"))
		return <p class="notice">You can't restore them, because you lack the scope “restore”.</p>;
	return (
		<>
			{outside > 0 && (
				<p class="notice">
					{outside} of them {outside === 1 ? "is" : "are"} outside your ranges. Someone else has to restore{" "}
					{outside === 1 ? "it" : "them"}.
				</p>
			)}
			{restorable.length > 0 && <RestoreForm {...props} />}
		</>
	);
}

function RestoreForm({ viewer, mass, what, list, formKey, refill, prefixCidr }: LostProps) {
	const { all, missing, restorable, outside } = what;
	const count = restorable.length;
	const isAll = count === all.length;
	const button = isAll ? `Restore all ${count}` : `Restore ${count} of ${all.length}`;
	return (
		<div class="options">
			<Confirm
				summary={`${button}…`}
				action={`${lostPath(mass.id)}/restore`}
				back={lostPath(mass.id)}
				viewer={viewer}
				button={button}
				isOpen={!refill.isEmpty}
			>
				<input type="hidden" name="key" value={formKey} />
				<input type="hidden" name="list" value={list} />
				{refill.mistake("list") !== null && (
					<p class="notice bad" role="alert">
						The list has changed since you opened this page. Nothing was restored. Check the list, and press again.
					</p>
				)}
				<p>
					This creates {bindings(count)}, each with a new id. Traffic moves as each is created, and settles within
					hours. Nothing is deleted.
					{count < missing - outside &&
						` More than ${count} can't be restored at once: restore the others after these.`}
				</p>
				<ul class="listed" tabindex={0} aria-label={`What will be created: ${bindings(count)}`}>
					{groupsOf(restorable).map((group) => (
						<li>
							<PrefixName group={group} prefixCidr={prefixCidr} />
							<ul>
								{group.map(({ row }) => (
									<li>
										<code>{row.cidr ?? row.binding_id}</code> to {serviceWord(row.service_name)}
									</li>
								))}
							</ul>
						</li>
					))}
				</ul>
				<Field
					id="reason"
					name="reason"
					label="Reason (goes on record)"
					value={refill.typed("reason")}
					mistake={refill.mistake("reason")}
					maxlength={500}
				/>
			</Confirm>
		</div>
	);
}

/** The bindings of each prefix, which come together. */
const groupsOf = (all: readonly Lost[]): Lost[][] => [...Map.groupBy(all, ({ row }) => row.prefix_id).values()];

interface GroupProps {
	group: readonly Lost[];
	prefixCidr(prefixId: string): string | null;
}

function PrefixName({ group, prefixCidr }: GroupProps) {
	const prefixId = group[0]?.row.prefix_id ?? "";
	return (
		<>
			<b>{prefixCidr(prefixId) ?? `Prefix ${prefixId}`}</b>
			{group.some(({ isDark }) => isDark) && <small class="dark"> has no binding left</small>}
		</>
	);
}

const Table = ({ all, prefixCidr }: { all: readonly Lost[]; prefixCidr(id: string): string | null }) => (
	<table class="rows">
		<caption class="unseen">Bindings by prefix, in the order of their restoration</caption>
		<thead>
			<tr>
				{["Binding", "Service", "State", "Deleted by"].map((title) => (
					<th scope="col">{title}</th>
				))}
			</tr>
		</thead>
		{groupsOf(all).map((group) => (
			<tbody>
				<tr>
					<th scope="rowgroup" colspan={4}>
						<PrefixName group={group} prefixCidr={prefixCidr} />
					</th>
				</tr>
				{group.map(({ row }) => (
					<tr data-row="">
						<td class="what">
							<a href={`/records/${row.id}`}>{row.cidr ?? row.binding_id}</a>
						</td>
						<td>{serviceWord(row.service_name)}</td>
						<td class="standing">
							<StateMark state={row.state} />
						</td>
						<td class="who">{row.door === "watch" && row.actor === "unknown" ? "nobody knows yet" : row.actor}</td>
					</tr>
				))}
			</tbody>
		))}
	</table>
);
