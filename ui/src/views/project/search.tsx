import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useDeferredValue, type ReactNode } from "react";
import { search } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Foreign, LoadError } from "~/design/parts";
import { project as text } from "~/text/project";

const route = getRouteApi("/projects/$project");

/** Finds scenes, characters and places in the results of a project, by name. */
export function Search({ project }: { project: Schemas["Project"] }) {
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = useDeferredValue(q.trim());
  const found = useQuery({ ...search(project.project_id, wanted), enabled: wanted !== "", placeholderData: keepPreviousData });
  if (project.artifact_groups === 0) return null;
  const set = (value: string) => void navigate({ search: value ? { q: value } : {}, replace: true, resetScroll: false });
  return (
    <search className="stack tight">
      <input
        data-search
        type="search"
        className="input"
        aria-label={text.search.label}
        placeholder={text.search.placeholder}
        value={q}
        dir="auto"
        onChange={(e) => set(e.target.value)}
        onKeyDown={(e) => e.key === "Escape" && (q ? set("") : e.currentTarget.blur())}
      />
      <div role="status">
        {found.error && <LoadError error={found.error} retry={() => void found.refetch()} />}
        {wanted !== "" && found.data && <Found project={project.project_id} found={found.data} q={wanted} />}
      </div>
    </search>
  );
}

function Found({ project, found, q }: { project: string; found: Schemas["SearchResult"]; q: string }) {
  const params = { project };
  const named = (title: string, list: readonly Schemas["FoundEntity"][]) => (
    <Group title={title} count={list.length}>
      {list.map((e) => (
        <li key={e.entity_id}>
          <Link to="/projects/$project/results" params={params} search={{ q: e.display_name }}>
            <Foreign>{e.display_name}</Foreign>
          </Link>
        </li>
      ))}
    </Group>
  );
  const none = [found.scenes, found.characters, found.locations, found.props].every((l) => l.length === 0);
  if (none) return <p className="quiet">{text.search.none(q)}</p>;
  return (
    <div className="card card-body found">
      <Group title={text.search.scenes} count={found.scenes.length}>
        {found.scenes.map((s) => (
          <li key={s.scene_id}>
            <Link to="/projects/$project/results" params={params} search={{ scene: s.scene_id }}>
              <Foreign>{s.heading}</Foreign>
            </Link>
          </li>
        ))}
      </Group>
      {named(text.search.characters, found.characters)}
      {named(text.search.locations, found.locations)}
      {named(text.search.props, found.props)}
    </div>
  );
}

function Group({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <section>
      <h3 className="label">{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}
