import type { ReactNode } from "react";
import type { Schemas } from "~/api/types";
import { formatCount, formatDuration, formatMoney, formatShare } from "~/format/format";
import { providers as text } from "~/text/providers";

/** How a provider did over the window, in numbers: each with how many tries it is of. */
export function FiguresOf({ total, out }: { total: Schemas["Figures"]; out: number }) {
  const f = text.figures;
  const tries = total.answered + total.failed;
  const few = (n: number) => f.tooFew(formatCount(n));
  return (
    <dl className="facts prov-facts">
      <Fact term={f.answered} note={f.of(formatCount(tries), tries > 0 ? formatShare(total.answered / tries) : null)}>
        {formatCount(total.answered)}
      </Fact>
      {total.answered > 0 && (
        <>
          <Fact term={f.half} note={total.latency_p50_ms === null && few(total.latency_n)}>
            {ms(total.latency_p50_ms)}
          </Fact>
          <Fact term={f.most} note={total.latency_p95_ms === null && few(total.latency_n)}>
            {ms(total.latency_p95_ms)}
          </Fact>
          {total.first_byte_p50_ms !== null && <Fact term={f.firstByte}>{ms(total.first_byte_p50_ms)}</Fact>}
        </>
      )}
      <Fact term={f.spent} note={total.unpriced_attempts > 0 && f.unpriced(formatCount(total.unpriced_attempts))}>
        {formatMoney(total.cost_usd)}
      </Fact>
      <Fact term={f.wasted}>{formatMoney(total.wasted_cost_usd)}</Fact>
      {out > 0 && <Fact term={f.out}>{formatDuration(out)}</Fact>}
    </dl>
  );
}

/** A latency in ms, if it is known. */
export const ms = (n: number | null): string => (n === null ? "–" : formatDuration(n / 1000));

function Fact({ term, note, children }: { term: string; note?: string | false; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {children} {note && <small>{note}</small>}
      </dd>
    </div>
  );
}
