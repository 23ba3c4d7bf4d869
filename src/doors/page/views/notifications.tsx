// The list of destinations, and of what was sent to them last.
import type { Delivery, DestinationFacts, Notifications as Known } from "../../../notify/delivery.ts";
import type { Viewer } from "../viewer.ts";
import { Layout, type Present } from "./layout.tsx";
import { Moment } from "./marks.tsx";

interface NotificationsProps {
	viewer: Viewer;
	present: Present | null;
	known: Known;
}

export const Notifications = ({ viewer, present, known }: NotificationsProps) => (
	<Layout title="Notifications" part="account" viewer={viewer} present={present}>
		<h1>Notifications</h1>
		<p class="hint">
			Where unbind reports what happens. <a href="/account">The account now</a>
		</p>
		<section>
			<h2>Destinations</h2>
			{known.destinations.length === 0 ? (
				<p>None is configured.</p>
			) : (
				<table class="rows">
					<caption class="unseen">Destinations</caption>
					<thead>
						<Heads titles={["Destination", "State", "Last success", "Last failure", "Waiting", "Undelivered"]} />
					</thead>
					<tbody>
						{known.destinations.map((one) => (
							<Destination facts={one} />
						))}
					</tbody>
				</table>
			)}
		</section>
		<section>
			<h2>Latest</h2>
			{known.deliveries.length === 0 ? (
				<p>No recent notifications.</p>
			) : (
				<table class="rows">
					<caption class="unseen">Latest notifications</caption>
					<thead>
						<Heads titles={["Time", "Event", "Destination", "State"]} />
					</thead>
					<tbody>
						{known.deliveries.map((one) => (
							<Sent delivery={one} />
						))}
					</tbody>
				</table>
			)}
		</section>
	</Layout>
);

const Heads = ({ titles }: { titles: readonly string[] }) => (
	<tr>
		{titles.map((title) => (
			<th scope="col">{title}</th>
		))}
	</tr>
);

/** On a narrow screen, each row is a card without its heads: so each cell says what it is. */
const Destination = ({ facts }: { facts: DestinationFacts }) => (
	<tr data-row="">
		<td class="what">
			{facts.name}
			{facts.to !== null && ` (${facts.to})`}
		</td>
		<td>{facts.state}</td>
		<td>
			{facts.last_success_at === null ? (
				"nothing delivered yet"
			) : (
				<>
					delivered <Moment at={facts.last_success_at} />
				</>
			)}
		</td>
		<td>
			{facts.last_failure_at !== null && (
				<>
					failed <Moment at={facts.last_failure_at} />: {facts.last_failure}
				</>
			)}
		</td>
		<td>{facts.waiting} waiting</td>
		<td>{facts.undelivered + facts.dropped} undelivered</td>
	</tr>
);

const Sent = ({ delivery: { created_at, event, destination, state, failure } }: { delivery: Delivery }) => (
	<tr data-row="">
		<td class="when">
			<Moment at={created_at} />
		</td>
		<td>
			<a href={event.path}>{event.summary}</a>
		</td>
		<td class="who">{destination}</td>
		<td>
			{state}
			{failure !== null && `: ${failure}`}
		</td>
	</tr>
);
