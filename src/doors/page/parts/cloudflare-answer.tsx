// Cloudflare's answer, with what their support needs: status, Ray id, errors and their documentation.

import type { CloudflareAnswer, CloudflareMessage } from "../../../deletion/record/deletion.ts";
import { textOf } from "../words.ts";
import { Copied } from "./marks.tsx";
import { Facts } from "./table.tsx";

export const Answer = ({ answer }: { answer: CloudflareAnswer & { attempts: number } }) => (
	<>
		<Facts
			facts={[
				["Status", answer.status ?? `none: ${answer.unreadable ?? "no answer"}`],
				["Ray id", answer.ray && <Copied text={answer.ray} what="Ray id" />],
				["Calls", `${answer.attempts}; the last took ${answer.duration_ms} ms`],
				["Unusual answer", answer.status === null ? null : (answer.unreadable ?? null)],
			]}
		/>
		<Messages messages={[...answer.errors, ...answer.messages]} />
	</>
);

const Messages = ({ messages }: { messages: readonly CloudflareMessage[] }) =>
	messages.length === 0 ? null : (
		<ul>
			{messages.map((message) => (
				<li>
					{message.code !== undefined && <b>{textOf(message.code)} </b>}
					{textOf(message.message)}
					{typeof message.documentation_url === "string" && /^https:\/\//.test(message.documentation_url) && (
						<>
							{" "}
							<a href={message.documentation_url} rel="noreferrer">
								Documentation
							</a>
						</>
					)}
				</li>
			))}
		</ul>
	);
