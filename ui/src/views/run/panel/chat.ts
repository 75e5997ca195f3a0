import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { projectRuns } from "~/api/queries";
import type { RunState, Schemas } from "~/api/types";
import { newKey } from "~/run/act/send";
import { serverNow } from "~/live/clock";
import { SseReader } from "~/live/sse";
import { panel as text } from "~/text/panel";
import { answerTo, type Answer, type Known } from "./answers";

type Message = Schemas["Message"];

/** What was asked and answered in a project, with notices about its runs. */
const chat = (project: string) =>
  queryOptions({
    queryKey: ["project", project, "chat"],
    queryFn: ({ signal }) =>
      take(api.GET("/api/projects/{project_id}/chat", { params: { path: { project_id: project } }, signal })),
  });

const question = "user_message";
const reply = "ai_response";

/** A question or an answer of the conversation about a run. */
export interface Said {
  id: string;
  mine: boolean;
  text: string;
  at: number;
  acts: boolean;
}

/** The conversation about a run, which the project keeps, and what asks. */
export function useChat(answer: RunState): { said: Said[]; kept: boolean; ask: (q: string, known: Known) => Promise<void> } {
  const project = answer.state.project_id;
  const client = useQueryClient();
  const { data = [] } = useQuery(chat(project));
  const [kept, setKept] = useState(true);
  const said = (data as Message[])
    .filter((m) => m.run_id === answer.run_id && (m.type === question || m.type === reply))
    .map((m): Said => ({ id: m.id, mine: m.type === question, text: m.content, at: m.timestamp, acts: m.needsAction === true }));

  const post = async (m: Message) => {
    client.setQueryData<Message[]>(chat(project).queryKey as never, (all: Message[] = []) => [...all, m]);
    try {
      await take(api.POST("/api/projects/{project_id}/chat", { params: { path: { project_id: project } }, body: m }));
      setKept(true);
    } catch {
      setKept(false); // it stays on this page
    }
  };
  const message = (type: string, content: string): Message => ({
    id: newKey(),
    type,
    content,
    timestamp: Math.round(serverNow()),
    run_id: answer.run_id,
  });
  const ask = async (q: string, known: Known) => {
    void post(message(question, q));
    const found = answerTo(q, known) ?? (await standing(client.getQueryData(projectRuns(project).queryKey)?.[0]?.run_id, answer));
    void post({ ...message(reply, found.text), ...(found.acts ? { needsAction: true } : {}) });
  };
  return { said, kept, ask };
}

/** How the run stands in the server's words, if it is the latest of its project: of others the server does not speak. */
async function standing(latest: string | undefined, answer: RunState): Promise<Answer> {
  const unsure = { text: text.answers.unsure, acts: false };
  if (latest !== answer.run_id) return unsure;
  try {
    const r = await fetch(`/api/projects/${encodeURIComponent(answer.state.project_id)}/chat/stream`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Cineforge-Client": "page" },
      body: JSON.stringify({ message: "status" }),
    });
    if (!r.ok) return unsure;
    const chunks = new SseReader().read(await r.text()).map((f) => JSON.parse(f.data) as Schemas["ChatChunk"]);
    const words = chunks.flatMap((c) => (c.type === "text" && c.content ? [c.content] : [])).join("");
    return { text: words || unsure.text, acts: chunks.some((c) => (c.actions ?? []).length > 0) };
  } catch {
    return unsure;
  }
}
