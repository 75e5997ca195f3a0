import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type SyntheticEvent } from "react";
import { api, take, ApiError } from "~/api/client";
import { session } from "~/api/queries";
import { Button, Dialog, LoadError } from "~/design/parts";
import { useLive, useLiveStatus } from "~/live/context";
import { login as text } from "~/text/login";

/**
 * The sign-in, over whatever is on the page: what was loaded stays, and goes on after it. It opens
 * when the server wants a token and there is no session, or the session ends.
 */
export function Login() {
  const client = useQueryClient();
  const live = useLive();
  const status = useLiveStatus();
  const { data, refetch } = useQuery(session());
  const [seen, setSeen] = useState(false); // there was a session
  const [token, setToken] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();

  const wanted = data?.token_required === true && !data.authenticated;
  if (data?.authenticated && !seen) setSeen(true);
  const open = wanted || status.kind === "signed-out";

  const submit = async (e: SyntheticEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await take(api.POST("/api/login", { body: { token } }));
      setToken("");
      await refetch();
      live.hurry();
      await client.invalidateQueries();
    } catch (cause) {
      setError(cause instanceof ApiError && cause.status === 401 ? new Error(text.wrong) : (cause as Error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open={open} onClose={() => undefined} title={text.title}>
      <form className="stack" onSubmit={(e) => void submit(e)}>
        <p>{seen ? text.expired : text.why}</p>
        <div className="field">
          <label htmlFor={id}>{text.token}</label>
          <input
            id={id}
            className="input mono"
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            value={token}
            onChange={(e) => setToken(e.target.value)}
            aria-invalid={error !== null}
          />
          <p className="small quiet">{text.where}</p>
        </div>
        {error && <LoadError error={error} />}
        <Button look="primary" type="submit" disabled={busy}>
          {busy ? text.busy : text.submit}
        </Button>
      </form>
    </Dialog>
  );
}
