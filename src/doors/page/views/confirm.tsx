// A change behind a second step, which works without a script: opened, it says what will be done, and only then has a
// button.
import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";

interface Confirmation {
	summary: string;
	action: string;
	viewer: Viewer;
	/** Names what it does. */
	button: string;
	children: JSX.Children;
}

export const Confirm = ({ summary, action, viewer, button, children }: Confirmation) => (
	<details class="confirm">
		<summary>{summary}</summary>
		<form method="post" action={action}>
			<input type="hidden" name="form_token" value={viewer.formToken} />
			{children}
			<p>
				<button type="submit">{button}</button>
			</p>
		</form>
	</details>
);
