// Each prefix with its bindings, as a bar and as a nested list; and who serves a looked-up address.

import type { Binding, Prefix } from "../../../deletion/address/binding.ts";
import type { Cidr } from "../../../deletion/address/cidr.ts";
import type { Result } from "../../../deletion/result.ts";
import type { Problem } from "../../reply/problem.ts";
import { type Bound, cellsOf, type Nested, nested, placeOf, serving, stretchesOf } from "../cells.ts";
import { historyOf } from "../filter.ts";
import { serviceWord } from "../words.ts";
import { Bar } from "./bar.tsx";

/** A page shows no more; the others appear under their prefix or address. */
const listedAtMost = 1000;
const drawnAtMost = 60;
const saidAtMost = 8;

/** A prefix that was asked for by id has no range to show. */
export type ShownPrefix = Pick<Prefix, "id"> & Partial<Omit<Prefix, "id">> & { bindings: readonly Binding[] };

/** The place for the bindings once Cloudflare answers. */
export const bindingsSlot = <div id="bindings" />;

interface BindingsProps {
	found: Result<ShownPrefix[], Problem>;
	/** The range to look up, parsed; null for everything. `typed` is the same as typed. */
	asked: Cidr | null;
	typed: string;
}

export function Bindings({ found, asked, typed }: BindingsProps) {
	if (!found.ok)
		return (
			<div id="bindings">
				<p class="notice" role="alert">
					{found.failure.detail}{" "}
					<a href={asked === null ? "/account" : `/account?covering=${asked.text}`}>Look again</a>
				</p>
			</div>
		);
	const prefixes = found.value;
	let room = listedAtMost;
	const shown = prefixes.map((prefix) => {
		const bindings = prefix.bindings.slice(0, Math.max(room, 0));
		room -= prefix.bindings.length + 1;
		return { prefix, bindings };
	});
	return (
		<div id="bindings">
			{asked !== null && prefixes.length > 0 && (
				<Serving asked={asked} typed={typed} bounds={prefixes.flatMap(({ bindings }) => boundsOf(bindings))} />
			)}
			{prefixes.length === 0 && (
				<p class="notice">
					{asked === null ? "This account has no prefixes." : `No prefix of this account covers ${typed}.`}
				</p>
			)}
			{shown.map(({ prefix, bindings }) => (
				<PrefixMap prefix={prefix} bindings={bindings} asked={asked} />
			))}
		</div>
	);
}

function Serving({ asked, typed, bounds }: { asked: Cidr; typed: string; bounds: readonly Bound[] }) {
	const [first = null, ...more] = serving(asked, bounds);
	if (more.length > 0)
		return (
			<p class="answer">
				{typed} is split:{" "}
				{[first, ...more].slice(0, saidAtMost).map((bound, index) => (
					<>
						{index > 0 && ", "}
						{bound === null ? (
							<b>no service for the rest</b>
						) : (
							<>
								<b>{serviceWord(bound.serviceName)}</b> by <BindingLink bound={bound} />
							</>
						)}
					</>
				))}
				{more.length >= saidAtMost && ` and ${more.length + 1 - saidAtMost} more`}.
			</p>
		);
	return first === null ? (
		<p class="answer">
			<b>No service</b> gets the traffic of {typed}: no binding covers it.
		</p>
	) : (
		<p class="answer">
			<b>{serviceWord(first.serviceName)}</b> serves {typed}, by <BindingLink bound={first} />.
		</p>
	);
}

const BindingLink = ({ bound: { range } }: { bound: Bound }) => <a href={`/account/${range.text}`}>{range.text}</a>;

const boundsOf = (bindings: readonly Binding[]): Bound[] =>
	bindings.flatMap(({ id, range, serviceName, provisioningState }) =>
		range === null ? [] : [{ id, range, serviceName, state: provisioningState }],
	);

interface PrefixMapProps {
	prefix: ShownPrefix;
	bindings: readonly Binding[];
	asked: Cidr | null;
}

function PrefixMap({ prefix, bindings, asked }: PrefixMapProps) {
	const bounds = boundsOf(bindings);
	const left = prefix.bindings.length - bindings.length;
	const cells = cellsOf([prefix.range ?? [], bounds.map(({ range }) => range)].flat());
	return (
		<article class="prefix">
			<h3>{prefix.cidr ?? "One prefix"}</h3>
			<About prefix={prefix} />
			{bindings.length <= drawnAtMost && (
				<Bar stretches={stretchesOf(cells, bounds)} here={asked === null ? null : placeOf(cells, asked)} />
			)}
			{prefix.bindings.length === 0 && <p>No bindings, so it cannot be advertised.</p>}
			<Tree tree={nested(bounds)} />
			{bindings
				.filter(({ range }) => range === null)
				.map(({ id, cidr }) => (
					<p>
						<code>{id}</code>: unbind cannot read its range ({cidr ?? "none"}), so you cannot delete it here.
					</p>
				))}
			{left > 0 && (
				<p class="notice">
					{left} more are not shown. <a href={`/account?prefix=${prefix.id}`}>Show only this prefix</a>, or look up an
					address.
				</p>
			)}
			<p class="hint">
				<code>{prefix.id}</code> <a href={historyOf("prefix_id", prefix.id)}>History</a>
			</p>
		</article>
	);
}

/** Shows only what Cloudflare says. */
function About({ prefix: { description, asn, advertised } }: { prefix: ShownPrefix }) {
	const parts = [
		description ? description : null,
		typeof asn === "number" ? `AS${asn}` : null,
		typeof advertised === "boolean" ? (advertised ? "announced by Cloudflare" : "not announced by Cloudflare") : null,
	].filter((part) => part !== null);
	return parts.length === 0 ? null : <p class="about">{parts.join(" · ")}</p>;
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

const Leaf = ({ bound: { range, serviceName, state } }: { bound: Bound }) => (
	<>
		<a href={`/account/${range.text}`} data-row="">
			{range.text}
		</a>{" "}
		{serviceName ?? "regional"} <small>{state ?? "provisioning unknown"}</small>
	</>
);
