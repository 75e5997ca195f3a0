import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import { session as sessionQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { useLive, useLiveStatus } from "~/live/context";

/** Who the reader is to the server, and how to change that. All tabs of the browser follow. */
export interface SessionControl {
  session: Schemas["Session"] | undefined;
  /** The server wants a token, and there is no session. */
  signedOut: boolean;
  /** Opens a session. It fails with an ApiError; the token is kept nowhere. */
  signIn(token: string): Promise<void>;
  /** Ends the session, or with all the sessions of everybody. It fails with an ApiError. */
  signOut(all?: boolean): Promise<void>;
}

/** The session of this browser. */
export function useSession(): SessionControl {
  const client = useQueryClient();
  const live = useLive();
  const status = useLiveStatus();
  const { data } = useQuery(sessionQuery());
  const changed = async () => {
    live.sessionChanged();
    await client.refetchQueries({ queryKey: sessionQuery().queryKey });
  };
  return {
    session: data,
    signedOut: status.kind === "signed-out" || (data?.token_required === true && !data.authenticated),
    signIn: async (token) => {
      await take(api.POST("/api/login", { body: { token } }));
      await changed();
    },
    signOut: async (all = false) => {
      await take(api.POST("/api/logout", { params: { query: all ? { all: "1" } : {} } }));
      await changed();
    },
  };
}
