import { expect, test } from "@playwright/test";
import fc from "fast-check";
import { makeAxis, type Gap } from "~/views/run/axis";

const start = Date.UTC(2026, 10, 28, 18, 27, 43);

/** Gaps in order, none over another, within so many ms. */
const gapsOf = (length: number): fc.Arbitrary<Gap[]> =>
  fc.uniqueArray(fc.integer({ min: 0, max: length }), { maxLength: 12 }).map((cuts) => {
    const at = cuts.toSorted((a, b) => a - b);
    return Array.from({ length: Math.floor(at.length / 2) }, (_, i) => ({
      from: start + at[2 * i]!,
      to: start + at[2 * i + 1]!,
    }));
  });

const input = fc.integer({ min: 20, max: 26 * 3600_000 }).chain((length) => fc.tuple(fc.constant(length), gapsOf(length)));

test("Axis_LaterIsNeverBefore", () => {
  fc.assert(
    fc.property(input, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), ([length, gaps], places) => {
      const axis = makeAxis({ from: start, to: start + length, gaps, room: 7 });
      const at = places.toSorted((a, b) => a - b).map((p) => axis.at(start + p * length));
      at.forEach((x, i) => expect(x).toBeGreaterThanOrEqual((at[i - 1] ?? 0) - 1e-9));
      expect(axis.at(start)).toBeCloseTo(0, 6);
      expect(axis.at(start + length)).toBeCloseTo(1, 6);
    }),
  );
});

test("Axis_TicksAreFewAndApartFromTenthsOfSecondsToDays", () => {
  fc.assert(
    fc.property(input, fc.integer({ min: 2, max: 9 }), ([length, gaps], room) => {
      const { ticks } = makeAxis({ from: start, to: start + length, gaps, room });
      expect(ticks.length).toBeLessThanOrEqual(Math.ceil(room / 0.72) + 1);
      ticks.forEach((t, i) => i > 0 && expect(t.at - ticks[i - 1]!.at).toBeGreaterThanOrEqual(0.72 / room - 1e-9));
    }),
  );
});
