// What the approval of the last gate ends, in sentences; the same as the command's.
import { span } from "./words.js";

/** The sentences for what is waited for; none at other gates. */
export function stakes({ stakes: found }) {
  if (!found) return [];
  const { impossible, way_back_age: proven, azure_writes_for: written, data, instead } = found;
  const told = [`After this, ${impossible.join(", ")}.`];
  if (proven !== null) told.push(`The way back was proven ${span(proven)} ago.`);
  if (written !== null) told.push(`Azure has taken writes for ${span(written)}.`);
  for (const [store, one] of Object.entries(data)) {
    told.push(`${store}: ${one.unknown ?? `${one.differ} items differ in ${one.compared}`}.`);
  }
  return [...told, instead];
}
