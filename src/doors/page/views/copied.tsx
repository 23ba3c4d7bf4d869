// An id or a CIDR that somebody may want to paste elsewhere; the script makes the button work, and shows it.

export const Copied = ({ text, what }: { text: string; what: string }) => (
	<span class="copied">
		<code>{text}</code>{" "}
		<button type="button" class="quiet" data-copy={text} aria-label={`Copy the ${what}`} hidden>
			Copy
		</button>
	</span>
);
