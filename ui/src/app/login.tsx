import { useEffect, useId, useState, type SyntheticEvent } from "react";
import { ApiError } from "~/api/client";
import { Banner, Button, Dialog } from "~/design/parts";
import { formatDuration } from "~/format/format";
import { login as text } from "~/text/login";
import { useSession } from "./session";

/**
 * The sign-in, over whatever is on the page: what was loaded and typed stays, and goes on after it. It
 * opens when the server wants a token and there is no session, or the session ends. It can be put off:
 * the page says then that it is signed out.
 */
export function Login({ open, onLater }: { open: boolean; onLater: () => void }) {
  const { session, signIn } = useSession();
  const [seen, setSeen] = useState(false); // there was a session
  if (session?.authenticated && !seen) setSeen(true);
  return (
    <Dialog open={open} onClose={onLater} title={text.title}>
      <Form why={seen ? text.expired : text.why} signIn={signIn} onLater={onLater} />
    </Dialog>
  );
}

function Form({ why, signIn, onLater }: { why: string; signIn: (token: string) => Promise<void>; onLater: () => void }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const wait = useWait(error);
  const id = useId();
  const submit = async (e: SyntheticEvent) => {
    e.preventDefault();
    if (busy || wait > 0) return;
    setBusy(true);
    setError(null);
    try {
      await signIn(token.trim());
    } catch (cause) {
      setError(cause as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(e) => void submit(e)}>
      <p>{why}</p>
      <div className="field">
        <label htmlFor={id}>{text.token}</label>
        <input
          id={id}
          className="input mono"
          type="password"
          name="token"
          autoComplete="current-password"
          spellCheck={false}
          autoFocus
          required
          value={token}
          onChange={(e) => setToken(e.target.value)}
          aria-invalid={error !== null}
          aria-describedby={`${id}-where`}
        />
        <p id={`${id}-where`} className="small quiet">
          {text.where}
        </p>
      </div>
      {error && <LoginError error={error} />}
      <div className="row">
        <Button look="primary" type="submit" off={wait > 0 && text.wait(formatDuration(wait))} disabled={busy}>
          {busy ? text.busy : text.submit}
        </Button>
        <Button look="plain" onClick={onLater}>
          {text.later}
        </Button>
      </div>
    </form>
  );
}

/** Why the server did not take the token. */
function LoginError({ error }: { error: Error }) {
  const api = error instanceof ApiError ? error : null;
  if (api?.status === 401) return <Banner tone="bad" icon="key" title={text.wrong} />;
  if (api?.status === 429) return <Banner tone="bad" icon="gate" title={text.wait(formatDuration(api.wait ?? 1))} />;
  return (
    <Banner tone="bad" icon="out" title={error.message}>
      {api?.hint}
    </Banner>
  );
}

/** For how many seconds the server wants no other try. */
function useWait(error: Error | null): number {
  const [over, setOver] = useState<Error | null>(null);
  const wait = error instanceof ApiError && error.status === 429 ? (error.wait ?? 1) : 0;
  useEffect(() => {
    if (wait === 0) return;
    const timer = setTimeout(() => setOver(error), wait * 1000);
    return () => clearTimeout(timer);
  }, [error, wait]);
  return over === error ? 0 : wait;
}
