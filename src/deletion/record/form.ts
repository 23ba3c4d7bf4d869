// The form in which this release writes records, terms, progress and claims, and calls the Ledger. Version 0.1.0 wrote no
// number, which counts as 1. Readers accept any form: they fill in defaults and ignore what they don't know.
export const form = 2;
