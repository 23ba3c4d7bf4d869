// The form in which this release writes records, terms, progress and claims, and calls the Ledger. Version 0.1.0 wrote no number,
// which counts as 1. A reader takes any form: it gives defaults for what is missing, and passes over what it does not know.
export const form = 2;
