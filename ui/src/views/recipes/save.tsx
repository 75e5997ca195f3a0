import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { api, take } from "~/api/client";
import { limits, recipes as recipesQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Plan } from "~/design/plan";
import { useToast } from "~/design/toast";
import { setTopValue, topValue } from "~/recipes/source";
import { recipes as text } from "~/text/recipes";

/** Saves a source as the recipe of its id. The etag names the one that it replaces; a shipped one is replaced only if that is wanted. */
export function saveRecipe(source: string, how: { etag?: string | null; replace?: boolean }): Promise<Schemas["SavedRecipe"]> {
  return take(
    api.POST("/api/recipes", {
      body: { source, as: "recipe", ...(how.replace ? { replace: true } : {}) },
      params: { header: how.etag ? { "If-Match": how.etag } : {} },
    }),
  );
}

interface Props {
  open: boolean;
  onClose: () => void;
  source: string;
}

/** Asks under which id and name a source is saved, and says what that changes. */
export function SaveAs(props: Props) {
  // Each opening begins with the id and the name of the source as it is then.
  return <SaveAsForm key={String(props.open)} {...props} />;
}

function SaveAsForm({ open, onClose, source }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const { data: known } = useQuery(recipesQuery());
  const { data: forms } = useQuery(limits());
  const of = (id: string) => known?.find((r) => r.recipe_id === id);
  const given = topValue(source, "recipe_id") ?? "";
  const [id, setId] = useState(of(given) ? freeId(given, (i) => of(i) !== undefined) : given);
  const [name, setName] = useState(topValue(source, "name") ?? "");
  const [idField, nameField] = [useId(), useId()];
  const fits = new RegExp(forms?.ids.recipe ?? ".").test(id);
  const there = of(id);
  const own = there?.origin === "data_directory";
  const act = async () => {
    const named = setTopValue(setTopValue(source, "name", name || id), "recipe_id", id);
    const saved = await saveRecipe(named, { replace: there?.origin === "shipped" });
    await client.invalidateQueries({ queryKey: ["recipes"] });
    toast(text.editor.saved(saved.recipe_id));
    await navigate({
      to: "/recipes/$recipe",
      params: { recipe: saved.recipe_id },
      search: { view: "source" },
      ignoreBlocker: true,
    });
  };
  return (
    <Plan
      open={open}
      onClose={onClose}
      title={text.saveDialog.title}
      lines={[
        { term: text.saveDialog.lines.changes, text: there ? text.saveDialog.lines.replaces(id) : text.saveDialog.lines.own(id) },
        { term: text.saveDialog.lines.keeps, text: text.saveDialog.lines.keepsText },
      ]}
      confirm={{
        label: there ? text.saveDialog.replace : text.saveDialog.confirm,
        icon: "check",
        off: !fits ? text.saveDialog.idOff : own ? text.saveDialog.exists : null,
      }}
      act={act}
    >
      <div className="field">
        <label htmlFor={idField}>{text.saveDialog.id}</label>
        <input
          id={idField}
          className="input mono"
          value={id}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={!fits || own}
          onChange={(e) => setId(e.target.value.trim())}
        />
        <p className="small quiet">{!fits ? text.saveDialog.idOff : own ? text.saveDialog.exists : text.saveDialog.idHint}</p>
      </div>
      <div className="field">
        <label htmlFor={nameField}>{text.saveDialog.name}</label>
        <input id={nameField} className="input" dir="auto" value={name} onChange={(e) => setName(e.target.value)} />
      </div>
    </Plan>
  );
}

/** An id like the given one that no recipe has. */
function freeId(id: string, taken: (id: string) => boolean): string {
  for (let n = 2; ; n++) {
    const next = n === 2 ? `${id}_own` : `${id}_own_${n - 1}`;
    if (!taken(next)) return next;
  }
}
