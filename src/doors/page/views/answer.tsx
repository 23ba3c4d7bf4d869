// Cloudflare's answer, with what their support needs: status, Ray id, errors and their documentation.

import type { CloudflareAnswer, CloudflareMessage } from "../../../deletion/record/deletion.ts";
import { textOf } from "../story.ts";
import { Copied } from "./marks.tsx";

export const Answer = ({ answer }: { answer: CloudflareAnswer & { attempts: number } }) => (
	<>
		<dl class="facts">
			<dt>Status</dt>
			<dd>{answer.status ?? `none: ${answer.unreadable ?? "no answer"}`}</dd>
			{answer.ray !== null && (
				<>
					<dt>Ray id</dt>
					<dd>
						<Copied text={answer.ray} what="Ray id" />
					</dd>
				</>
			)}
			<dt>Calls</dt>
			<dd>
				{answer.attempts}; the last took {answer.duration_ms} ms
			</dd>
			{answer.status !== null && answer.unreadable !== undefined && (
				<>
					<dt>Unusual answer</dt>
					<dd>{answer.unreadable}</dd>
				</>
			)}
		</dl>
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
