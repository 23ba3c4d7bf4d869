// The destinations: how each is doing, and what was sent last. Only reads, with one call to the Ledger.
import { fail, ok } from "../../deletion/result.ts";
import type { Delivery, DestinationFacts } from "../../notify/delivery.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import { readQuery } from "../request/input.ts";
import type { Page } from "./door.tsx";
import { glance } from "./glance.ts";
import { html } from "./html.ts";
import { Layout } from "./parts/layout.tsx";
import { Time } from "./parts/marks.tsx";
import { Table } from "./parts/table.tsx";

/** What the page lists; the API has the rest. */
const shownAtMost = 50;

export const showNotifications: Page = async (_request, context, viewer) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const { ledger, caller } = context;
	const newest = { destination: null, state: null, afterId: null, atMost: shownAtMost, caller };
	const [known, overview] = await Promise.all([ledger.notifications(newest), glance(context)]);
	if (!known.ok) return fail(failureProblem(known.failure));
	if (known.value === null) return fail(tooManyReads);
	const { destinations, deliveries } = known.value;
	const page = (
		<Layout title="Notifications" part="account" viewer={viewer} overview={overview}>
			<p class="hint">
				Where unbind reports what happens. <a href="/account">The account now</a>
			</p>
			<section>
				<h2>Destinations</h2>
				{destinations.length === 0 ? <p>No destination is configured.</p> : <Destinations all={destinations} />}
			</section>
			<section>
				<h2>Latest</h2>
				{deliveries.length === 0 ? <p>No recent notifications.</p> : <Deliveries all={deliveries} />}
			</section>
		</Layout>
	);
	return ok(html(page));
};

const Destinations = ({ all }: { all: readonly DestinationFacts[] }) => (
	<Table
		caption="Destinations"
		columns={[["Destination", "what"], ["State"], ["Last success"], ["Last failure"], ["Waiting"], ["Undelivered"]]}
		rows={all.map(({ name, to, state, last_success_at, last_failure_at, last_failure, ...counts }) => [
			to === null ? name : `${name} (${to})`,
			state,
			last_success_at === null ? "nothing delivered yet" : ["delivered ", <Time at={last_success_at} />],
			last_failure_at === null ? null : ["failed ", <Time at={last_failure_at} />, `: ${last_failure}`],
			`${counts.waiting} waiting`,
			`${counts.undelivered + counts.dropped} undelivered`,
		])}
	/>
);

const Deliveries = ({ all }: { all: readonly Delivery[] }) => (
	<Table
		caption="Latest notifications"
		columns={[["Time", "when"], ["Event"], ["Destination", "who"], ["State"]]}
		rows={all.map(({ created_at, event, destination, state, failure }) => [
			<Time at={created_at} />,
			<a href={event.path}>{event.summary}</a>,
			destination,
			failure === null ? state : `${state}: ${failure}`,
		])}
	/>
);
