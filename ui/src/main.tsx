// First, so that its order of the layers holds, whichever view's styles come next.
import "./design/design.css";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { KeysProvider } from "./app/keys";
import { makeRouter, preloadViews } from "./app/router";
import { LiveProvider } from "./live/context";
import { Live } from "./live/live";

// The session has ended: ask how it stands, which opens the sign-in.
const noticeEnd = (error: Error): void => {
  if (error instanceof ApiError && error.status === 401) void client.invalidateQueries({ queryKey: ["session"] });
};

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      // Events mark what they change as out of date; the rest stays true.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // What a server refuses it refuses again; one that can't be reached may be back.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      networkMode: "always", // the server may be on this machine
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

const live = new Live();
live.start();

const router = makeRouter();
// When what is shown has been loaded, and the browser has time for it.
addEventListener("load", () => setTimeout(() => preloadViews(router), 2_000));

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <LiveProvider live={live}>
        <KeysProvider>
          <RouterProvider router={router} />
        </KeysProvider>
      </LiveProvider>
    </QueryClientProvider>
  </StrictMode>,
);
