// A time from a form: browsers send it without a zone, and the form says it is UTC.

import * as v from "valibot";
import { timeSchema } from "../request/input.ts";

export const utcMinute = v.pipe(
	v.string(),
	v.transform((text) => (/T\d\d:\d\d(?::\d\d)?$/.test(text) ? `${text}Z` : text)),
	timeSchema,
);
