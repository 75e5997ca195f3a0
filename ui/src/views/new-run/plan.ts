import { keepPreviousData, queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, take } from "~/api/client";
import { providers } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { standing } from "~/providers/standing";

type Request = Schemas["PlanRequest"];

const planQuery = (request: Request, standings: string) =>
  queryOptions({
    queryKey: ["plan", request.project_id, request.input_file, request, standings],
    queryFn: ({ signal }) => take(api.POST("/api/runs/plan", { body: request, signal })),
    retry: false,
  });

const pause = 250; // ms in which no further change comes before a plan is asked for

/** What the run would do, cost and take. It is made again when a choice changes, or how a provider stands. */
export function usePlan(request: Request) {
  const text = useSettled(JSON.stringify(request), pause);
  const { data = [] } = useQuery(providers());
  const standings = data.map((p) => `${p.name}:${standing(p).state}`).join();
  const query = useQuery({ ...planQuery(JSON.parse(text) as Request, standings), placeholderData: keepPreviousData });
  return { ...query, settling: text !== JSON.stringify(request) || query.isFetching };
}

/** A value that follows another one when that has not changed for a while. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Starts the run, and opens it. Each request has one key: however often it is sent, it is one run. */
export function useStart() {
  const navigate = useNavigate();
  const sent = useRef({ body: "", key: "" });
  return useMutation({
    mutationFn: (body: Request) => {
      const text = JSON.stringify(body);
      if (sent.current.body !== text) sent.current = { body: text, key: newKey() };
      return take(api.POST("/api/runs/start", { body, params: { header: { "Idempotency-Key": sent.current.key } } }));
    },
    onSuccess: ({ run_id }) => navigate({ to: "/runs/$run", params: { run: run_id } }),
  });
}

/** A key that no other request has. (randomUUID is missing where the page is not served safely.) */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
