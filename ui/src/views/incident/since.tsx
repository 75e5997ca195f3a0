import { useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import { toMs } from "~/format/format";
import { serverNow } from "~/live/clock";
import { incident as text } from "~/text/incident";

const own = "own";
const hour = 3600_000; // ms

/** When the figures begin: when the trouble began, some hours ago, or a time of one's choice. It stands in the address. */
export function SinceChoice({ since }: { since: string | undefined }) {
  const navigate = useNavigate({ from: "/incident" });
  const id = useId();
  const isOwn = since !== undefined && !(since in text.sinces);
  const choose = (value: string) => void navigate({ search: value ? { since: value } : {}, replace: true, resetScroll: false });
  return (
    <>
      <label className="small quiet" htmlFor={id}>
        {text.since}
      </label>
      <select
        id={id}
        className="input auto"
        value={isOwn ? own : (since ?? "")}
        onChange={(e) => choose(e.target.value === own ? new Date(serverNow() - hour).toISOString() : e.target.value)}
      >
        {Object.entries(text.sinces).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
        <option value={own}>{text.own}</option>
      </select>
      {isOwn && (
        <input
          type="datetime-local"
          className="input auto"
          aria-label={text.ownTime}
          step={1}
          max={local(serverNow())}
          defaultValue={local(Number.isNaN(toMs(since)) ? serverNow() - hour : toMs(since))}
          onChange={(e) => e.target.value && choose(new Date(e.target.value).toISOString())}
        />
      )}
    </>
  );
}

/** A moment, in ms since 1970, as a field for local times wants it. */
function local(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
